//! One price, fees and feed-in.

use chrono_tz::Europe::{Berlin, London};

use super::*;

/// The default tariff of Great Britain from April 2025, direct debit: 27.03 p/kWh and 53.80 p a day
/// (<https://cse.org.uk/current-gas-and-electricity-prices>).
#[test]
fn a_published_flat_tariff_costs_what_a_calculator_says() {
    let june = month("2025-06-10T00:00:00Z", London);
    let mut tariff = flat("0.2703");
    tariff.fees = vec![Fee::PerDay(price("0.538"))];
    let costs = costs(
        tariff,
        &even(june, BucketSize::Day, "10", London),
        june,
        London,
    );
    assert_eq!(costs.energy[0].cost.to_string(), "81.09");
    assert_eq!(costs.fees.to_string(), "16.14");
    assert_eq!(costs.total.to_string(), "97.23");
    let by_slot: Money = costs.slots.iter().map(|slot| slot.total()).sum();
    assert_eq!(by_slot, costs.total);
}

#[test]
fn a_day_of_25_hours_has_one_daily_fee_and_its_month_one_monthly() {
    let october = month("2026-10-10T00:00:00Z", Berlin);
    let mut tariff = flat("0");
    tariff.fees = vec![Fee::PerDay(price("0.1")), Fee::PerMonth(price("10"))];
    let hours = even(october, BucketSize::Hour, "1", Berlin);
    assert_eq!(hours.len(), 31 * 24 + 1);
    let costs = costs(tariff, &hours, october, Berlin);
    assert_eq!(costs.fees.to_string(), "13.1");
    let by_slot: Money = costs.slots.iter().map(|slot| slot.fees).sum();
    assert_eq!(by_slot, costs.fees);
}

#[test]
fn a_part_of_a_month_costs_its_share_of_the_fee() {
    let tenth = Bucket {
        start: at("2026-06-01T22:00:00Z"),
        end: at("2026-06-04T22:00:00Z"),
    };
    let mut tariff = flat("0");
    tariff.fees = vec![Fee::PerMonth(price("30"))];
    assert_eq!(costs(tariff, &[], tenth, Berlin).fees.to_string(), "3");
}

#[test]
fn what_is_fed_in_is_paid_netted_or_given_away() {
    let day = BucketSize::Day.bucket(at("2026-06-10T00:00:00Z"), Berlin);
    let slot = Slot {
        fed_in: Exact::whole(30),
        ..Slot::drawn(day, Exact::whole(20))
    };
    let total = |feed_in| {
        let mut tariff = flat("0.3");
        tariff.feed_in = feed_in;
        let costs = costs(tariff, &[slot], day, Berlin);
        assert_eq!(costs.feed_in.kwh, Exact::whole(30));
        assert_eq!(costs.total, lines(&costs));
        assert_eq!(costs.slots[0].total(), costs.total);
        costs.total.to_string()
    };
    assert_eq!(total(FeedIn::Unpaid), "6");
    assert_eq!(total(FeedIn::Paid(price("0.08"))), "3.6");
    assert_eq!(total(FeedIn::Netted), "-3");
}

#[test]
fn each_tariff_counts_while_it_holds_and_nothing_costs_without_one() {
    let validity = |from, until| Validity {
        from: Some(date(from)),
        until: Some(date(until)),
    };
    let tariff = |name: &str, price, validity| TariffParts {
        name: name.to_owned(),
        validity,
        fees: vec![Fee::PerDay(self::price("1"))],
        ..flat(price)
    };
    let book = book(vec![
        tariff("new", "0.4", validity("2026-06-03", "2026-06-05")),
        tariff("old", "0.3", validity("2026-06-01", "2026-06-03")),
    ]);
    let june = month("2026-06-10T00:00:00Z", Berlin);
    let slots = even(june, BucketSize::Day, "10", Berlin);
    let costs = book.costs(&slots, june, Berlin, &Holidays::default());
    let lines: Vec<String> = costs
        .energy
        .iter()
        .map(|line| format!("{} {} {}", line.tariff, line.kwh, line.cost))
        .collect();
    assert_eq!(lines, ["old 20 6", "new 20 8"]);
    assert_eq!(costs.fees.to_string(), "4");
    assert_eq!(costs.without_tariff_kwh, Exact::whole(260));
    assert_eq!(costs.slots[4].total(), Money::ZERO);
}

#[test]
fn a_bucket_over_the_end_of_a_tariff_is_split_by_time() {
    let mut old = flat("1");
    old.validity.until = Some(date("2026-06-11"));
    let mut new = flat("2");
    new.validity.from = Some(date("2026-06-11"));
    let june = month("2026-06-10T00:00:00Z", Berlin);
    let slots = [Slot::drawn(june, Exact::whole(30))];
    let costs = book(vec![old, new]).costs(&slots, june, Berlin, &Holidays::default());
    assert_eq!(costs.total.to_string(), "50");
}

#[test]
fn without_a_tariff_or_anything_to_pay_for_the_bill_is_empty() {
    let june = month("2026-06-10T00:00:00Z", Berlin);
    let none = TariffBook::default();
    let slots = even(june, BucketSize::Day, "1", Berlin);
    let costs = none.costs(&slots, june, Berlin, &Holidays::default());
    assert_eq!((costs.currency, costs.total), (None, Money::ZERO));
    assert_eq!(costs.without_tariff_kwh, Exact::whole(30));
    let nothing = self::costs(flat("1"), &[], june, Berlin);
    assert_eq!(nothing.total, Money::ZERO);
}
