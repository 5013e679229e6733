//! Meters that count on: resets, roll-over, blips, and readings that come late.

use chrono::TimeDelta;
use chrono_tz::Europe::Berlin;
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_analysis::meters::{
    Calibration, Calibrations, Reading, Register, Step, StepKind, change, steps, with,
};
use flowgrid_analysis::units::Exact;
use proptest::prelude::*;

use super::{at, cases, reading};

/// A count each hour.
fn hourly(values: &[i64]) -> Vec<Reading> {
    let start = at("2026-05-01T00:00:00Z");
    let hours = 0..values.len() as i64;
    let each = hours.zip(values);
    each.map(|(hour, value)| reading(start + TimeDelta::hours(hour), *value))
        .collect()
}

fn of(values: &[i64]) -> Vec<Step> {
    steps(&hourly(values), &Register::default())
}

fn amounts(steps: &[Step]) -> Vec<i64> {
    let millionths = |step: &Step| step.amount.millionths() / 1_000_000;
    steps.iter().map(|step| millionths(step) as i64).collect()
}

fn kinds(steps: &[Step]) -> Vec<StepKind> {
    steps.iter().map(|step| step.kind).collect()
}

#[test]
fn consumption_is_the_difference_of_counts() {
    assert_eq!(amounts(&of(&[100, 110, 110, 125])), [10, 0, 15]);
    assert_eq!(of(&[100]), []);
    assert_eq!(of(&[]), []);
}

#[test]
fn a_zero_blip_changes_nothing_but_the_resolution() {
    let blip = of(&[1000, 1010, 0, 1030, 1040]);
    assert_eq!(amounts(&blip), [10, 20, 10]);
    assert_eq!(blip[1].end - blip[1].start, TimeDelta::hours(2));
    assert_eq!(
        amounts(&of(&[1000, 1010, 0, 0, 0, 1040, 1050])),
        [10, 30, 10]
    );
    assert_eq!(amounts(&of(&[1000, 1010, 0])), [10]);
    assert_eq!(amounts(&of(&[1000, 0, 1001, 0, 1002, 0])), [1, 1]);
}

#[test]
fn a_single_low_or_high_count_is_a_mistake() {
    assert_eq!(amounts(&of(&[1000, 1010, 17, 1030, 1040])), [10, 20, 10]);
    assert_eq!(
        amounts(&of(&[1000, 1010, 9_999_999, 1030, 1040])),
        [10, 20, 10]
    );
    assert_eq!(amounts(&of(&[1000, 1010, 1009, 1030])), [10, 20]);
    assert_eq!(amounts(&of(&[1000, 1010, -5, 1030])), [10, 20]);
}

#[test]
fn a_reset_is_detected_and_what_it_shows_has_passed_since() {
    let reset = of(&[1000, 1010, 6, 16, 26]);
    assert_eq!(amounts(&reset), [10, 6, 10, 10]);
    assert_eq!(kinds(&reset)[1], StepKind::Reset);
    assert_eq!(amounts(&of(&[1000, 1010, 0, 6, 16])), [10, 6, 10]);
}

#[test]
fn a_counter_that_begins_anew_each_day_is_followed() {
    let days = of(&[0, 4, 8, 8, 0, 0, 5, 9, 9, 0, 3]);
    assert_eq!(amounts(&days).iter().sum::<i64>(), 8 + 9 + 3);
    assert!(kinds(&days).iter().all(|kind| *kind != StepKind::Unknown));
}

#[test]
fn another_meter_with_a_count_of_its_own_makes_no_bar() {
    let exchanged = of(&[54_300, 54_310, 23_000, 23_010, 23_020]);
    assert_eq!(amounts(&exchanged), [10, 0, 10, 10]);
    assert_eq!(kinds(&exchanged)[1], StepKind::Unknown);
    let set_back = of(&[1000, 1001, 990, 991, 992]);
    assert_eq!(amounts(&set_back), [1, 0, 1, 1]);
    let woke_up = of(&[0, 0, 54_300, 54_310, 54_320]);
    assert_eq!(amounts(&woke_up), [0, 0, 10, 10]);
}

#[test]
fn a_new_meter_counts_from_its_first_zero() {
    assert_eq!(amounts(&of(&[0, 0, 10, 25])), [0, 10, 15]);
    assert_eq!(amounts(&of(&[0, 0, 0])), [0, 0]);
}

#[test]
fn a_register_that_passes_all_nines_rolls_over() {
    let register = Register::new(Some(Exact::whole(100_000)), None).unwrap();
    let rolled = steps(&hourly(&[99_980, 99_990, 5, 15]), &register);
    assert_eq!(amounts(&rolled), [10, 15, 10]);
    assert_eq!(kinds(&rolled)[1], StepKind::RollOver);
    let through_zero = steps(&hourly(&[99_980, 99_990, 0, 5]), &register);
    assert_eq!(amounts(&through_zero), [10, 15]);
}

#[test]
fn what_cannot_pass_in_the_time_is_no_consumption() {
    let register = Register::new(None, Some(Exact::whole(100))).unwrap();
    let jump = steps(&hourly(&[1000, 1100, 54_000, 54_010]), &register);
    assert_eq!(amounts(&jump), [100, 0, 10]);
    assert_eq!(kinds(&jump)[1], StepKind::Unknown);
}

#[test]
fn counts_that_lie_too_far_apart_say_nothing_of_when() {
    let start = at("2020-01-01T00:00:00Z");
    let far = [reading(start, 5), reading(start + TimeDelta::days(401), 9)];
    assert_eq!(
        kinds(&steps(&far, &Register::default())),
        [StepKind::Unknown]
    );
}

#[test]
fn unknown_time_stays_uncovered_and_calibration_scales_what_is_known() {
    let all = of(&[54_300, 54_310, 23_000]);
    let factor = Calibrations::new(vec![Calibration {
        valid_from: at("2026-01-01T00:00:00Z"),
        factor: 40.0,
        offset: 7.0,
    }])
    .unwrap();
    let spreads: Vec<_> = all.iter().filter_map(|step| step.spread(&factor)).collect();
    assert_eq!(spreads.len(), 1);
    let sum: Exact = spreads[0]
        .over(BucketSize::Day, Berlin)
        .map(|part| part.amount)
        .sum();
    assert_eq!(sum, Exact::whole(400));
}

#[test]
fn a_late_reading_changes_only_its_neighbours() {
    let before = hourly(&[0, 10, 20, 30, 40]);
    let late = reading(before[2].at + TimeDelta::minutes(30), 27);
    let change = change(&before, &with(&before, late), &Register::default());
    assert_eq!(amounts(&change.removed), [10]);
    assert_eq!(amounts(&change.added), [7, 3]);
}

/// Counts with everything that goes wrong: zeros, dips, spikes, resets, roll-over, negatives.
fn any_counts() -> impl Strategy<Value = Vec<Reading>> {
    let value = prop_oneof![
        6 => 90_000..100_000_i64,
        2 => 0..300_i64,
        3 => Just(0),
        1 => Just(99_999),
        1 => -3..0_i64,
        1 => Just(9_000_000_i64),
    ];
    prop::collection::btree_map(0..5_000_i64, value, 0..80).prop_map(|all| {
        let start = at("2026-05-01T00:00:00Z");
        let each = all.into_iter();
        each.map(|(minute, value)| reading(start + TimeDelta::minutes(minute), value))
            .collect()
    })
}

/// What a read model would look at: `reach` counts above zero on either side of the change, and
/// everything between them.
fn window(readings: &[Reading], changed: &Reading, reach: usize) -> Vec<Reading> {
    let positive = |reading: &&Reading| reading.value > Exact::ZERO;
    let before = readings.iter().filter(|one| one.at < changed.at);
    let from = before.rev().filter(positive).nth(reach - 1);
    let after = readings.iter().filter(|one| one.at > changed.at);
    let to = after.filter(positive).nth(reach - 1);
    let inside = |one: &&Reading| {
        from.is_none_or(|from| one.at >= from.at) && to.is_none_or(|to| one.at <= to.at)
    };
    readings.iter().filter(inside).copied().collect()
}

fn register() -> Register {
    Register::new(Some(Exact::whole(100_000)), Some(Exact::whole(50_000))).unwrap()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn readings_in_any_order_give_the_steps_of_a_rebuild(
        (readings, shuffled) in any_counts()
            .prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let mut known: Vec<Reading> = Vec::new();
        let mut found: Vec<Step> = Vec::new();
        for late in shuffled {
            let before = window(&known, &late, flowgrid_analysis::meters::REACH);
            let change = change(&before, &with(&before, late), &register());
            for gone in &change.removed {
                let place = found.iter().position(|step| step == gone);
                prop_assert!(place.is_some(), "{:?} was never there", gone);
                found.remove(place.unwrap());
            }
            found.extend(change.added);
            known = with(&known, late);
        }
        found.sort();
        prop_assert_eq!(found, steps(&readings, &register()));
    }

    #[test]
    fn a_correction_equals_a_rebuild(
        readings in any_counts(), which in any::<prop::sample::Index>(), value in 0..100_000_i64
    ) {
        if readings.is_empty() {
            return Ok(());
        }
        let corrected = reading(readings[which.index(readings.len())].at, value);
        let before = window(&readings, &corrected, flowgrid_analysis::meters::REACH);
        let change = change(&before, &with(&before, corrected), &register());
        let mut found = steps(&readings, &register());
        found.retain(|step| !change.removed.contains(step));
        found.extend(change.added);
        found.sort();
        prop_assert_eq!(found, steps(&with(&readings, corrected), &register()));
    }

    #[test]
    fn no_step_is_negative_or_larger_than_can_be(readings in any_counts()) {
        for step in steps(&readings, &register()) {
            prop_assert!(!step.amount.is_negative() && step.start < step.end);
            let hours = (step.end - step.start).num_seconds() as f64 / 3600.0;
            prop_assert!(step.amount.to_f64() <= 50_000.0 * hours + 1e-6);
        }
    }

    #[test]
    fn zeros_within_a_count_never_change_what_passed(
        zeros in prop::collection::vec(any::<bool>(), 2..60), rises in prop::collection::vec(0..20_i64, 60)
    ) {
        let mut count = 1_000;
        let mut values = Vec::new();
        for (zero, rise) in zeros.iter().zip(&rises) {
            count += rise;
            values.push(if *zero { 0 } else { count });
        }
        let shown: Vec<i64> = values.iter().copied().filter(|value| *value > 0).collect();
        let expected = shown.last().unwrap_or(&0) - shown.first().unwrap_or(&0);
        let steps = of(&values);
        let leading = values.first().is_some_and(|first| *first == 0);
        let total: i64 = amounts(&steps).iter().sum();
        // What a meter shows first, after zeros, may have passed since; nothing else adds to it.
        let first = shown.first().copied().unwrap_or(0);
        prop_assert!(total == expected || leading && total == expected + first);
    }
}
