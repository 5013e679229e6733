//! Tariffs that can't be computed with are refused, each with its reason.

use flowgrid_analysis::tariffs::{DaySet, NotABook, NotATariff, Window};

use super::*;

fn refused(change: impl FnOnce(&mut TariffParts)) -> NotATariff {
    let mut parts = flat("0.3");
    change(&mut parts);
    Tariff::new(parts).unwrap_err()
}

#[test]
fn every_moment_needs_a_price() {
    assert_eq!(refused(|parts| parts.energy.clear()), NotATariff::NotAlways);
    let day = Window::new(None, DaySet::ALL, 0, 24 * 60).unwrap();
    assert_eq!(
        refused(|parts| parts.energy[0].when.push(day)),
        NotATariff::NotAlways
    );
}

#[test]
fn names_must_be_there_once() {
    assert_eq!(refused(|parts| parts.name.clear()), NotATariff::Name);
    assert_eq!(
        refused(|parts| parts.energy[0].name = "x".repeat(201)),
        NotATariff::Name
    );
    assert_eq!(
        refused(|parts| parts.energy.push(parts.energy[0].clone())),
        NotATariff::SameName
    );
}

#[test]
fn what_can_never_hold_or_is_too_much_is_refused() {
    assert_eq!(
        refused(|parts| {
            parts.validity.from = Some(date("2026-06-01"));
            parts.validity.until = Some(date("2026-06-01"));
        }),
        NotATariff::Validity
    );
    assert_eq!(
        refused(|parts| parts.fees = vec![Fee::PerDay(price("1")); 65]),
        NotATariff::TooMany
    );
    assert_eq!(
        refused(|parts| parts.demand = vec![Rate::always("peak", price("-1"))]),
        NotATariff::NegativeDemand
    );
}

fn refused_book(change: impl FnOnce(&mut TariffParts)) -> NotABook {
    let mut first = flat("0.3");
    first.validity.until = Some(date("2026-06-01"));
    let mut second = flat("0.3");
    second.name = "second".to_owned();
    second.validity.from = Some(date("2026-06-01"));
    change(&mut second);
    let tariffs = [first, second].map(|parts| Tariff::new(parts).unwrap());
    TariffBook::new(tariffs.to_vec()).unwrap_err()
}

#[test]
fn tariffs_of_one_book_follow_each_other() {
    let second = || "second".to_owned();
    assert_eq!(
        refused_book(|parts| parts.validity.from = Some(date("2026-05-31"))),
        NotABook::Overlap(second(), "test".to_owned())
    );
    assert_eq!(
        refused_book(|parts| parts.currency = "CHF".parse().unwrap()),
        NotABook::OtherCurrency(second())
    );
    assert_eq!(
        refused_book(|parts| parts.carrier = Carrier::Gas),
        NotABook::OtherCarrier(second())
    );
}
