//! The highest quarter hour of each month.

use chrono::TimeDelta;
use chrono_tz::America::Los_Angeles;
use chrono_tz::Europe::Berlin;
use flowgrid_analysis::tariffs::{DaySet, Window};

use super::*;

/// Slots of so many minutes with these amounts in kWh.
fn slots(start: &str, minutes: i64, amounts: &[&str]) -> Vec<Slot> {
    let begin = |index: usize| at(start) + TimeDelta::minutes(minutes * index as i64);
    let each = amounts.iter().enumerate();
    each.map(|(index, kwh)| {
        let bucket = Bucket {
            start: begin(index),
            end: begin(index + 1),
        };
        Slot::drawn(bucket, kwh.parse().unwrap())
    })
    .collect()
}

fn charged(demand: Vec<Rate>) -> TariffParts {
    TariffParts {
        demand,
        ..flat("0")
    }
}

/// What a kW costs in PG&E E-19 of 2017, whenever it is drawn and at its summer peak (OpenEI URDB
/// 5a340da2682bea385ff389dc, through the PyPI package electricitycostcalculator 0.2.2).
#[test]
fn each_charge_has_its_own_peak() {
    let noon = Window::new(None, DaySet::WORKING, 12 * 60, 18 * 60).unwrap();
    let peak = Rate {
        when: vec![noon],
        ..Rate::always("summer peak", price("18.64"))
    };
    let tariff = charged(vec![Rate::always("monthly peak", price("17.56")), peak]);
    let july = month("2017-07-10T00:00:00Z", Los_Angeles);
    // At 11:30, 11:45, 12:00 and 12:15 by the clocks there: 400, 480, 360 and 440 kW.
    let slots = slots("2017-07-10T18:30:00Z", 15, &["100", "120", "90", "110"]);
    let costs = costs(tariff, &slots, july, Los_Angeles);
    let peaks: Vec<(&str, String, String)> = costs
        .demand
        .iter()
        .map(|line| {
            (
                line.charge.as_str(),
                line.kw.to_string(),
                line.cost.to_string(),
            )
        })
        .collect();
    let expected = [
        ("monthly peak", "480", "8428.8"),
        ("summer peak", "440", "8201.6"),
    ];
    let expected = expected.map(|(charge, kw, cost)| (charge, kw.to_owned(), cost.to_owned()));
    assert_eq!(peaks, expected);
    assert_eq!(costs.demand[0].at, at("2017-07-10T18:45:00Z"));
    assert_eq!(costs.slots[1].demand.to_string(), "8428.8");
    assert_eq!(costs.total, lines(&costs));
    assert!(!costs.demand_is_estimated);
}

#[test]
fn every_month_has_its_own_peak_by_local_clocks() {
    let span = Bucket {
        start: at("2026-04-30T22:00:00Z"),
        end: at("2026-06-30T22:00:00Z"),
    };
    // A quarter of an hour before and after midnight in Berlin, where June begins.
    let slots = slots("2026-05-31T21:45:00Z", 15, &["1", "2"]);
    let tariff = charged(vec![Rate::always("peak", price("10"))]);
    let costs = costs(tariff, &slots, span, Berlin);
    let kw: Vec<String> = costs
        .demand
        .iter()
        .map(|line| line.kw.to_string())
        .collect();
    assert_eq!(kw, ["4", "8"]);
    assert_eq!(costs.total.to_string(), "120");
}

#[test]
fn a_part_of_a_month_is_charged_for_its_share() {
    let third = Bucket {
        start: at("2026-06-10T22:00:00Z"),
        end: at("2026-06-20T22:00:00Z"),
    };
    let slots = slots("2026-06-15T10:00:00Z", 15, &["3"]);
    let tariff = charged(vec![Rate::always("peak", price("10"))]);
    assert_eq!(costs(tariff, &slots, third, Berlin).total.to_string(), "40");
}

#[test]
fn slots_of_a_minute_are_gathered_to_quarter_hours() {
    let june = month("2026-06-10T00:00:00Z", Berlin);
    let mut minutes = slots("2026-06-15T10:00:00Z", 5, &["1", "1", "1", "3", "0", "0"]);
    let tariff = charged(vec![Rate::always("peak", price("1"))]);
    let charged = |slots: &[Slot]| costs(tariff.clone(), slots, june, Berlin).total.to_string();
    assert_eq!(charged(&minutes), "12");
    minutes.reverse();
    assert_eq!(charged(&minutes), "12");
}

#[test]
fn longer_slots_use_their_known_peak_or_say_that_they_guess() {
    let june = month("2026-06-10T00:00:00Z", Berlin);
    let tariff = charged(vec![Rate::always("peak", price("1"))]);
    let mut hour = slots("2026-06-15T10:00:00Z", 60, &["10"]);
    let guessed = costs(tariff.clone(), &hour, june, Berlin);
    assert!(guessed.demand_is_estimated);
    assert_eq!(guessed.total.to_string(), "10");
    hour[0].peak_kw = Some(Exact::whole(25));
    let known = costs(tariff, &hour, june, Berlin);
    assert!(!known.demand_is_estimated);
    assert_eq!(known.total.to_string(), "25");
}
