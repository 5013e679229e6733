//! Readings are cut by time.

use chrono::TimeDelta;
use chrono_tz::Europe::Berlin;
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_analysis::meters::{Contribution, Period, Reading, Spread};
use flowgrid_analysis::units::Exact;
use proptest::prelude::*;

use super::{at, cases, exact, reading};

fn parts(spread: Spread, size: BucketSize) -> Vec<Contribution> {
    spread.over(size, Berlin).collect()
}

#[test]
fn a_reading_that_spans_buckets_is_split_by_time() {
    let period = Period::of_seconds(900).unwrap();
    let reading = reading(at("2026-05-01T09:50:00Z"), 9);
    let parts = parts(Spread::interval(reading, period), BucketSize::Hour);
    let amounts: Vec<String> = parts.iter().map(|part| part.amount.to_string()).collect();
    assert_eq!(amounts, ["6", "3"]);
    assert_eq!(parts[0].covered_micros, 600_000_000);
    assert_eq!(parts[0].sample, Some(reading));
    assert_eq!(parts[1].sample, None);
}

#[test]
fn a_day_of_25_hours_gets_more_of_a_reading_than_one_of_24() {
    let reading = reading(at("2026-10-24T22:00:00Z"), 49);
    let period = Period::new(TimeDelta::hours(49)).unwrap();
    let parts = parts(Spread::interval(reading, period), BucketSize::Day);
    let amounts: Vec<String> = parts.iter().map(|part| part.amount.to_string()).collect();
    assert_eq!(amounts, ["25", "24"]);
}

#[test]
fn an_instantaneous_value_counts_for_as_long_as_it_stands() {
    let period = Period::of_seconds(3600).unwrap();
    let reading = reading(at("2026-05-01T09:45:00Z"), 20);
    let parts = parts(Spread::instantaneous(reading, period), BucketSize::Hour);
    let amounts: Vec<Exact> = parts.iter().map(|part| part.amount).collect();
    assert_eq!(amounts, [Exact::whole(20 * 900), Exact::whole(20 * 2700)]);
}

#[test]
fn what_lasts_no_time_goes_nowhere() {
    let start = at("2026-05-01T09:45:00Z");
    for end in [start, at("2026-05-01T09:00:00Z")] {
        assert_eq!(
            parts(Spread::between(start, end, Exact::ONE), BucketSize::Day),
            []
        );
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn nothing_is_lost_or_made_by_cutting(
        micros in 1_700_000_000_000_000_i64..1_900_000_000_000_000,
        seconds in 1_i64..4_000_000,
        millionths in -10_000_000_000_i128..10_000_000_000,
    ) {
        let start = chrono::DateTime::from_timestamp_micros(micros).unwrap();
        let reading = Reading { at: start, value: Exact::from_millionths(millionths) };
        let period = Period::of_seconds(seconds).unwrap();
        let spread = Spread::interval(reading, period);
        for size in BucketSize::ALL {
            let parts = parts(spread, size);
            let sum: Exact = parts.iter().map(|part| part.amount).sum();
            let covered: i64 = parts.iter().map(|part| part.covered_micros).sum();
            prop_assert_eq!(sum, reading.value);
            prop_assert_eq!(covered, seconds * 1_000_000);
            prop_assert_eq!(parts.iter().filter(|part| part.sample.is_some()).count(), 1);
        }
    }
}

#[test]
fn a_part_is_right_to_the_millionth() {
    let reading = Reading {
        at: at("2026-05-01T09:30:00Z"),
        value: exact("0.000001"),
    };
    let period = Period::of_seconds(3600).unwrap();
    let parts = parts(Spread::interval(reading, period), BucketSize::Hour);
    let amounts: Vec<String> = parts.iter().map(|part| part.amount.to_string()).collect();
    assert_eq!(amounts, ["0", "0.000001"]);
}
