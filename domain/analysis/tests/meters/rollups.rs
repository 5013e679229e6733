//! Rollups know nothing of the order in which readings came.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Berlin;
use flowgrid_analysis::buckets::{Bucket, BucketSize};
use flowgrid_analysis::meters::{Corrected, Period, Reading, Rollup, Spread};
use flowgrid_analysis::units::Exact;
use proptest::prelude::*;

use super::{at, cases};

type Rollups = BTreeMap<Bucket, Rollup>;

fn period() -> Period {
    Period::of_seconds(2_700).unwrap()
}

fn spread(reading: &Reading) -> Spread {
    Spread::interval(*reading, period())
}

fn add(rollups: &mut Rollups, readings: &[Reading], size: BucketSize) {
    for part in readings
        .iter()
        .flat_map(|one| spread(one).over(size, Berlin))
    {
        rollups.entry(part.bucket).or_default().add(&part);
    }
}

fn rollups(readings: &[Reading], size: BucketSize) -> Rollups {
    let mut rollups = Rollups::new();
    add(&mut rollups, readings, size);
    rollups
}

fn merge(into: &mut Rollups, other: &Rollups) {
    for (bucket, rollup) in other {
        into.entry(*bucket).or_default().merge(rollup);
    }
}

fn start() -> DateTime<Utc> {
    at("2026-10-24T20:00:00Z")
}

/// Readings of two days about the end of summer time, each time once.
fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::btree_map(0..2_880_i64, -50_000_000..50_000_000_i128, 1..60).prop_map(|all| {
        let reading = |(minute, millionths)| Reading {
            at: start() + TimeDelta::minutes(minute),
            // Few distinct values, so that the smallest and largest often come twice.
            value: Exact::from_millionths(millionths / 5_000_000 * 1_234_567),
        };
        all.into_iter().map(reading).collect()
    })
}

#[test]
fn a_bucket_knows_its_coverage() {
    let hour = BucketSize::Hour.bucket(start(), Berlin);
    let reading = |minute| Reading {
        at: start() + TimeDelta::minutes(minute),
        value: Exact::ONE,
    };
    let coverage = |readings: &[Reading]| rollups(readings, BucketSize::Hour)[&hour].coverage(hour);
    assert_eq!(coverage(&[reading(0)]), 0.75);
    assert_eq!(coverage(&[reading(30)]), 0.5);
    assert_eq!(coverage(&[reading(0), reading(10)]), 1.0);
    assert_eq!(Rollup::default().coverage(hour), 0.0);
}

#[test]
fn a_mean_is_weighted_by_time_and_an_integral_by_no_more_than_there_is() {
    let hour = BucketSize::Hour.bucket(start(), Berlin);
    let of = |values: &[(i64, i64)]| {
        let parts = values.iter().flat_map(|(minute, value)| {
            let reading = Reading {
                at: start() + TimeDelta::minutes(*minute),
                value: Exact::whole(*value),
            };
            Spread::instantaneous(reading, period()).over(BucketSize::Hour, Berlin)
        });
        Rollup::of(parts.filter(|part| part.bucket == hour))
    };
    let partly = of(&[(0, 10), (45, 30)]);
    assert_eq!(partly.mean(), Some(Exact::whole(15)));
    let too_often = of(&[(0, 10), (1, 10), (2, 10)]);
    assert_eq!(too_often.mean(), Some(Exact::whole(10)));
    assert_eq!(too_often.integral(hour), Exact::whole(10 * 3600));
    assert_eq!(Rollup::default().mean(), None);
}

#[test]
fn taking_away_what_lies_between_needs_no_second_look() {
    let reading = |minute, value| Reading {
        at: start() + TimeDelta::minutes(minute),
        value: Exact::whole(value),
    };
    let all = [reading(0, 1), reading(1, 2), reading(2, 3)];
    let remove = |index: usize| {
        let mut rollup = rollups(&all, BucketSize::Day).into_values().next().unwrap();
        let part = spread(&all[index])
            .over(BucketSize::Day, Berlin)
            .next()
            .unwrap();
        rollup.remove(&part)
    };
    assert_eq!(remove(1), Corrected::Whole);
    assert_eq!(remove(0), Corrected::ReadAgain);
    assert_eq!(remove(2), Corrected::ReadAgain);
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_order_and_any_batching_give_the_same_rollups(
        (readings, shuffled) in any_readings()
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        batch in 1..20_usize,
    ) {
        for size in BucketSize::ALL {
            let expected = rollups(&readings, size);
            let mut one_by_one = Rollups::new();
            let mut merged = Rollups::new();
            for batch in shuffled.chunks(batch) {
                add(&mut one_by_one, batch, size);
                merge(&mut merged, &rollups(batch, size));
            }
            prop_assert_eq!(&one_by_one, &expected);
            prop_assert_eq!(&merged, &expected);
        }
    }

    #[test]
    fn hours_add_up_to_days_weeks_and_months(readings in any_readings()) {
        let hours = rollups(&readings, BucketSize::Hour);
        for size in [BucketSize::Day, BucketSize::Week, BucketSize::Month] {
            let mut sums = Rollups::new();
            for (hour, rollup) in &hours {
                let bucket = size.bucket(hour.start, Berlin);
                sums.entry(bucket).or_default().merge(rollup);
            }
            prop_assert_eq!(&sums, &rollups(&readings, size));
        }
    }

    #[test]
    fn corrections_equal_a_rebuild(
        readings in any_readings(), which in any::<prop::sample::Index>(), value in -9..9_i128
    ) {
        let which = which.index(readings.len());
        let mut corrected = readings.clone();
        corrected[which].value = Exact::from_millionths(value * 1_234_567);
        for size in BucketSize::ALL {
            let rebuilt = rollups(&corrected, size);
            let mut rollups = rollups(&readings, size);
            let old = spread(&readings[which]).over(size, Berlin);
            let new = spread(&corrected[which]).over(size, Berlin);
            for (old, new) in old.zip(new) {
                let rollup = rollups.get_mut(&old.bucket).unwrap();
                if rollup.correct(&old, &new) == Corrected::ReadAgain {
                    same_sums(rollup, &rebuilt[&old.bucket])?;
                    *rollup = rebuilt[&old.bucket];
                }
            }
            prop_assert_eq!(&rollups, &rebuilt);
        }
    }

    #[test]
    fn what_is_taken_away_leaves_nothing_behind(
        readings in any_readings(), which in any::<prop::sample::Index>()
    ) {
        let void = readings[which.index(readings.len())];
        let kept: Vec<Reading> = readings.iter().filter(|one| **one != void).copied().collect();
        let rebuilt = rollups(&kept, BucketSize::Hour);
        let mut rollups = rollups(&readings, BucketSize::Hour);
        for part in spread(&void).over(BucketSize::Hour, Berlin) {
            let expected = rebuilt.get(&part.bucket).copied().unwrap_or_default();
            let rollup = rollups.get_mut(&part.bucket).unwrap();
            if rollup.remove(&part) == Corrected::ReadAgain {
                same_sums(rollup, &expected)?;
            } else {
                prop_assert_eq!(*rollup, expected);
            }
        }
    }
}

fn same_sums(one: &Rollup, other: &Rollup) -> Result<(), TestCaseError> {
    let sums = |rollup: &Rollup| (rollup.sum, rollup.count, rollup.covered_micros);
    prop_assert_eq!(sums(one), sums(other));
    Ok(())
}
