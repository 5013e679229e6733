//! Sensors that stand still or wander.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::Duration;
use chrono_tz::Tz;

use super::robust::{median, slope, spread};
use super::{Confidence, Evidence, Finding, Period};
use crate::degree_days::{Hour, LocalHour, MAX_DAYS, local_hours};

/// Whatever a sensor measures.
const ANY: RangeInclusive<f64> = -1e12..=1e12;
const SHORTEST_STAY: usize = 24;
const WEEK: i64 = 7 * 24;

/// The longest stay of a sensor on one value, where it lasts a day and three times the next longest. A
/// meter at rest stays on 0, which is its right: such stays are no finding.
pub fn stuck(sensor: &[Hour]) -> Option<Finding> {
    let hours = tidy(sensor);
    let mut stays: Vec<&[LocalHour]> = hours
        .chunk_by(|a, b| a.value == b.value && b.slot == a.slot + 1)
        .filter(|stay| stay[0].value != 0.0)
        .collect();
    stays.sort_by_key(|stay| std::cmp::Reverse(stay.len()));
    let longest = *stays.first()?;
    let otherwise_hours = stays.get(1).map_or(0, |stay| stay.len());
    if longest.len() < SHORTEST_STAY || longest.len() < 3 * otherwise_hours {
        return None;
    }
    Some(Finding {
        evidence: Evidence::StuckSensor {
            value: longest[0].value,
            hours: longest.len(),
            otherwise_hours,
        },
        period: period(longest)?,
        kwh_per_year: 0.0,
        money_per_year: None,
        confidence: Confidence::new(
            hours.len(),
            2 * WEEK as usize,
            longest.len() as f64,
            otherwise_hours as f64,
        ),
    })
}

/// How a sensor leaves a reference that should differ by a constant (the same room, the weather, a
/// second meter): the drift of the weekly medians of their difference. `None` below eight weeks, or where the drift is
/// smaller than three times the spread of the weeks around it.
pub fn drifting(sensor: &[Hour], reference: &[Hour]) -> Option<Finding> {
    const FEWEST_WEEKS: usize = 8;
    let (sensor, reference) = (tidy(sensor), tidy(reference));
    let known: BTreeMap<i64, f64> = reference
        .iter()
        .map(|hour| (hour.slot, hour.value))
        .collect();
    let differences: Vec<LocalHour> = (sensor.iter())
        .filter_map(|hour| {
            let value = hour.value - known.get(&hour.slot)?;
            Some(LocalHour { value, ..*hour })
        })
        .collect();
    let weeks: Vec<(f64, f64)> = differences
        .chunk_by(|a, b| a.slot.div_euclid(WEEK) == b.slot.div_euclid(WEEK))
        .filter_map(|week| {
            let values: Vec<f64> = week.iter().map(|hour| hour.value).collect();
            Some((week[0].slot.div_euclid(WEEK) as f64, median(&values)?))
        })
        .collect();
    if weeks.len() < FEWEST_WEEKS {
        return None;
    }
    let per_week = slope(&weeks)?;
    let around: Vec<f64> = weeks
        .iter()
        .map(|(week, value)| value - per_week * week)
        .collect();
    let spread = spread(&around)?;
    let drifted = per_week * (weeks.last()?.0 - weeks.first()?.0);
    // Differences of large numbers end in digits of chance.
    let size = weeks
        .iter()
        .fold(1.0f64, |size, (_, value)| size.max(value.abs()));
    if drifted.abs() <= (3.0 * spread).max(1e-9 * size) {
        return None;
    }
    Some(Finding {
        evidence: Evidence::DriftingSensor {
            per_year: per_week * 365.25 / 7.0,
            weeks: weeks.len(),
            spread,
        },
        period: period(&differences)?,
        kwh_per_year: 0.0,
        money_per_year: None,
        confidence: Confidence::new(weeks.len(), 26, drifted, spread),
    })
}

fn tidy(hours: &[Hour]) -> Vec<LocalHour> {
    let mut tidy = local_hours(hours, Tz::UTC, ANY);
    let surplus = tidy.len().saturating_sub(MAX_DAYS * 24);
    tidy.drain(..surplus);
    tidy
}

fn period(hours: &[LocalHour]) -> Option<Period> {
    Some(Period {
        from: hours.first()?.start,
        to: hours.last()?.start + Duration::hours(1),
    })
}

#[cfg(test)]
mod tests {
    use super::super::consumption::tests::monday;
    use super::*;

    fn series(count: i64, value: impl Fn(i64) -> f64) -> Vec<Hour> {
        (0..count)
            .map(|index| Hour {
                start: monday() + Duration::hours(index),
                value: value(index),
            })
            .collect()
    }

    fn lively(hour: i64) -> f64 {
        20.0 + ((hour * 7_919) % 31) as f64 / 10.0
    }

    #[test]
    fn a_sensor_that_stands_still_for_two_days_is_stuck() {
        let sensor = series(1_000, |hour| {
            if (300..348).contains(&hour) {
                21.5
            } else {
                lively(hour)
            }
        });
        let found = stuck(&sensor).unwrap();
        assert!(matches!(
            found.evidence,
            Evidence::StuckSensor {
                value: 21.5,
                hours: 48,
                ..
            }
        ));
        assert_eq!(found.period.from, monday() + Duration::hours(300));
        assert_eq!(found.period.to, monday() + Duration::hours(348));
        assert!(found.confidence.value > 0.9);
    }

    #[test]
    fn a_resting_meter_a_lively_sensor_and_one_that_often_stays_are_not_stuck() {
        let resting = series(1_000, |hour| if hour < 500 { 0.0 } else { lively(hour) });
        assert_eq!(stuck(&resting), None);
        assert_eq!(stuck(&series(1_000, lively)), None);
        assert_eq!(stuck(&series(1_000, |hour| (hour / 30) as f64 + 1.0)), None);
    }

    #[test]
    fn a_sensor_that_gains_a_degree_in_ten_weeks_drifts_by_five_a_year() {
        let reference = series(30 * WEEK, lively);
        let sensor = series(30 * WEEK, |hour| {
            lively(hour) + 1.5 + hour as f64 / (10.0 * WEEK as f64)
        });
        let found = drifting(&sensor, &reference).unwrap();
        let Evidence::DriftingSensor { per_year, .. } = found.evidence else {
            panic!()
        };
        assert!((per_year - 5.218).abs() < 0.01, "{per_year}");
        assert!(found.confidence.value > 0.9);
    }

    #[test]
    fn a_constant_difference_and_a_short_acquaintance_are_no_drift() {
        let reference = series(30 * WEEK, lively);
        let beside = series(30 * WEEK, |hour| lively(hour) + 1.5);
        assert_eq!(drifting(&beside, &reference), None);
        let short = series(4 * WEEK, |hour| lively(hour) + hour as f64);
        assert_eq!(drifting(&short, &reference), None);
    }
}
