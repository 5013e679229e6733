//! Seasons, hours, days and holidays.

use chrono_tz::America::Los_Angeles;
use chrono_tz::Europe::Berlin;
use flowgrid_analysis::tariffs::{DaySet, Season, Window, YearDay};

use super::*;

fn window(season: Option<Season>, from: u32, to: u32) -> Window {
    Window::new(season, DaySet::WORKING, from * 60, to * 60).unwrap()
}

/// PG&E A-1 TOU of 2017 (OpenEI URDB 5a330272682bea320ff91fb5, through the PyPI package
/// electricitycostcalculator 0.2.2); the utility's half hours are rounded there.
fn pge_a1() -> TariffParts {
    let summer = Some(Season {
        first: YearDay::new(5, 1).unwrap(),
        last: YearDay::new(10, 31).unwrap(),
    });
    let all_summer = Window::new(summer, DaySet::ALL, 0, 24 * 60).unwrap();
    let rate = |name: &str, text, when| Rate {
        name: name.to_owned(),
        price: price(text),
        when,
    };
    let part_peak = vec![window(summer, 8, 12), window(summer, 18, 21)];
    let mut tariff = parts(vec![
        rate("summer peak", "0.26298", vec![window(summer, 12, 18)]),
        rate("summer part-peak", "0.23933", part_peak),
        rate("summer off-peak", "0.21197", vec![all_summer]),
        rate("winter part-peak", "0.22047", vec![window(None, 8, 21)]),
        Rate::always("winter off-peak", price("0.19956")),
    ]);
    tariff.currency = "USD".parse().unwrap();
    tariff.fees = vec![Fee::PerMonth(price("10"))];
    tariff
}

fn kwh(costs: &Costs) -> Vec<(&str, String)> {
    let lines = costs.energy.iter();
    lines
        .map(|line| (line.rate.as_str(), line.kwh.to_string()))
        .collect()
}

#[test]
fn a_published_tariff_by_time_of_use_bills_each_hour_at_its_rate() {
    let july = month("2017-07-10T00:00:00Z", Los_Angeles);
    let hours = even(july, BucketSize::Hour, "2", Los_Angeles);
    let costs = costs(pge_a1(), &hours, july, Los_Angeles);
    // 21 working days of 6 peak and 7 part-peak hours; 744 hours in all.
    let expected = [
        ("summer off-peak", "942".to_owned()),
        ("summer part-peak", "294".to_owned()),
        ("summer peak", "252".to_owned()),
    ];
    assert_eq!(kwh(&costs), expected);
    // 942 × 0.21197 + 294 × 0.23933 + 252 × 0.26298 + 10
    assert_eq!(costs.total.to_string(), "346.30972");
}

#[test]
fn winter_has_other_rates() {
    let january = month("2017-01-10T00:00:00Z", Los_Angeles);
    let hours = even(january, BucketSize::Hour, "1", Los_Angeles);
    let costs = costs(pge_a1(), &hours, january, Los_Angeles);
    let expected = [
        ("winter off-peak", (744 - 22 * 13).to_string()),
        ("winter part-peak", (22 * 13).to_string()),
    ];
    assert_eq!(kwh(&costs), expected);
}

fn day_and_night() -> TariffParts {
    let day = Rate {
        name: "day".to_owned(),
        price: price("0.4"),
        when: vec![window(None, 6, 22)],
    };
    parts(vec![day, Rate::always("night", price("0.2"))])
}

#[test]
fn a_holiday_has_the_prices_of_a_rest_day() {
    let friday = BucketSize::Day.bucket(at("2026-05-01T12:00:00Z"), Berlin);
    let hours = even(friday, BucketSize::Hour, "1", Berlin);
    let holidays = Holidays::new([date("2026-05-01")]).unwrap();
    let book = book(vec![day_and_night()]);
    let costs = book.costs(&hours, friday, Berlin, &holidays);
    assert_eq!(kwh(&costs), [("night", "24".to_owned())]);
    let costs = book.costs(&hours, friday, Berlin, &Holidays::default());
    assert_eq!(
        kwh(&costs),
        [("day", "16".to_owned()), ("night", "8".to_owned())]
    );
}

#[test]
fn prices_follow_the_clocks_when_these_change() {
    // From Sunday to Monday: the night before Monday is an hour longer or shorter than others.
    let night_hours = |sunday: &str| {
        let day = BucketSize::Day.bucket(at(sunday), Berlin);
        let all = DaySet::ALL;
        let mut tariff = day_and_night();
        tariff.energy[0].when = vec![Window::new(None, all, 6 * 60, 22 * 60).unwrap()];
        let hours = even(day, BucketSize::Hour, "1", Berlin);
        kwh(&costs(tariff, &hours, day, Berlin))[1].1.clone()
    };
    assert_eq!(night_hours("2026-10-25T12:00:00Z"), "9");
    assert_eq!(night_hours("2026-03-29T12:00:00Z"), "7");
}

#[test]
fn a_slot_over_a_change_of_price_is_split_to_the_quarter_hour() {
    let span = Bucket {
        start: at("2026-05-04T03:45:00Z"),
        end: at("2026-05-04T04:45:00Z"),
    };
    let slots = [Slot::drawn(span, Exact::whole(4))];
    let costs = costs(day_and_night(), &slots, span, Berlin);
    assert_eq!(
        kwh(&costs),
        [("day", "3".to_owned()), ("night", "1".to_owned())]
    );
}
