//! Hours unlike their neighbours.

use std::collections::BTreeMap;

use chrono::Duration;

use super::robust::{median, quantile, spread};
use super::{Confidence, Consumption, Evidence, Finding, MAX_FINDINGS, Period, Prices};
use crate::degree_days::LocalHour;

/// Robust standard deviations from which an hour belongs to an anomaly (Iglewicz and Hoaglin 1993, "How to Detect
/// and Handle Outliers": 3.5), and those that its strangest hour must reach: a year has 8,760 chances.
const STRANGE: f64 = 3.5;
const STRANGEST: f64 = 6.0;
/// Days of the same kind on each side to compare with, and the fewest that say something.
const NEIGHBOURS: usize = 14;
const FEWEST: usize = 8;

/// Runs of hours that differ from the same hour on similar days (working or free) around them, the costliest
/// first, at most [`MAX_FINDINGS`].
///
/// The expected use is the median of up to 14 such days on each side; distance is measured in their
/// median absolute deviation, but at least a twentieth of the expected and a hundredth of the meter's high load (its 95th
/// percentile), so that a meter that hardly varies doesn't cry wolf. Weather that changes within days shows as an
/// anomaly too.
pub fn anomalies(consumption: &Consumption, prices: &Prices) -> Vec<Finding> {
    let scored = strange(consumption);
    let together = |a: &Scored, b: &Scored| {
        b.hour.slot == a.hour.slot + 1 && (a.score > 0.0) == (b.score > 0.0)
    };
    let mut found: Vec<Finding> = scored
        .chunk_by(together)
        .filter_map(|run| finding(run, prices))
        .collect();
    found.sort_by(|a, b| b.kwh_per_year.abs().total_cmp(&a.kwh_per_year.abs()));
    found.truncate(MAX_FINDINGS);
    found
}

struct Scored {
    hour: LocalHour,
    expected: f64,
    spread: f64,
    score: f64,
}

/// The strange hours, in order of time.
fn strange(consumption: &Consumption) -> Vec<Scored> {
    let all: Vec<f64> = consumption
        .hours()
        .iter()
        .map(|hour| hour.value.abs())
        .collect();
    let least = 0.01 * quantile(&all, 0.95).unwrap_or(0.0);
    let mut alike: BTreeMap<(u32, bool), Vec<LocalHour>> = BTreeMap::new();
    for hour in consumption.hours() {
        let kind = (hour.hour, consumption.works(hour.date));
        alike.entry(kind).or_default().push(*hour);
    }
    let mut scored: Vec<Scored> = (alike.values())
        .flat_map(|hours| (0..hours.len()).filter_map(|index| score(hours, index, least)))
        .collect();
    scored.sort_by_key(|scored| scored.hour.slot);
    scored
}

fn score(hours: &[LocalHour], index: usize, least: f64) -> Option<Scored> {
    let before = &hours[index.saturating_sub(NEIGHBOURS)..index];
    let after = &hours[index + 1..(index + 1 + NEIGHBOURS).min(hours.len())];
    let around: Vec<f64> = before.iter().chain(after).map(|hour| hour.value).collect();
    if around.len() < FEWEST {
        return None;
    }
    let expected = median(&around)?;
    let distance = hours[index].value - expected;
    let least = least.max(0.05 * expected.abs());
    if distance.abs() < STRANGE * least || distance == 0.0 {
        return None; // Most hours: their spread need not be asked.
    }
    let spread = spread(&around)?.max(least);
    let strange = distance.abs() >= STRANGE * spread;
    (strange && spread > 0.0).then(|| Scored {
        hour: hours[index],
        expected,
        spread,
        score: distance / spread,
    })
}

fn finding(run: &[Scored], prices: &Prices) -> Option<Finding> {
    let strangest = run
        .iter()
        .max_by(|a, b| a.score.abs().total_cmp(&b.score.abs()))?;
    if strangest.score.abs() < STRANGEST {
        return None;
    }
    let measured_kwh: f64 = run.iter().map(|scored| scored.hour.value).sum();
    let expected_kwh: f64 = run.iter().map(|scored| scored.expected).sum();
    let excess_kwh = measured_kwh - expected_kwh;
    Some(Finding {
        evidence: Evidence::Anomaly {
            hours: run.len(),
            measured_kwh,
            expected_kwh,
            score: strangest.score,
        },
        period: Period {
            from: run.first()?.hour.start,
            to: run.last()?.hour.start + Duration::hours(1),
        },
        kwh_per_year: excess_kwh,
        money_per_year: prices.of_kwh(excess_kwh),
        confidence: Confidence::new(
            run.len(),
            1,
            strangest.hour.value - strangest.expected,
            strangest.spread,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::consumption::tests::{monday, weeks};
    use super::*;

    fn usual(day: i64, hour: i64) -> f64 {
        let wobble = ((day * 24 + hour) * 7_919 % 101) as f64 / 50.0;
        if day % 7 < 5 && (7..18).contains(&hour) {
            40.0 + wobble
        } else {
            8.0 + wobble
        }
    }

    #[test]
    fn a_night_that_ran_through_is_one_anomaly_with_its_energy() {
        let consumption = weeks(10, |day, hour| {
            if day == 30 && (1..5).contains(&hour) {
                45.0
            } else {
                usual(day, hour)
            }
        });
        let prices = Prices {
            per_kwh: Some(0.5),
            ..Prices::default()
        };
        let found = anomalies(&consumption, &prices);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            found[0].period.from,
            monday() + Duration::hours(30 * 24 + 1)
        );
        assert!((found[0].kwh_per_year - 4.0 * 36.0).abs() < 5.0);
        assert!((found[0].money_per_year.unwrap() - 0.5 * found[0].kwh_per_year).abs() < 1e-9);
        assert!(
            matches!(found[0].evidence, Evidence::Anomaly { hours: 4, score, .. } if score > 6.0)
        );
    }

    #[test]
    fn an_outage_is_an_anomaly_below() {
        let consumption = weeks(10, |day, hour| {
            if day == 30 && (8..12).contains(&hour) {
                0.0
            } else {
                usual(day, hour)
            }
        });
        let found = anomalies(&consumption, &Prices::default());
        assert_eq!(found.len(), 1);
        assert!(found[0].kwh_per_year < -150.0);
        assert_eq!(found[0].money_per_year, None);
    }

    #[test]
    fn usual_weeks_weekends_and_constants_are_no_anomalies() {
        assert!(anomalies(&weeks(10, usual), &Prices::default()).is_empty());
        assert!(anomalies(&weeks(10, |_, _| 5.0), &Prices::default()).is_empty());
        assert!(anomalies(&weeks(10, |_, _| 0.0), &Prices::default()).is_empty());
    }

    #[test]
    fn there_are_never_more_than_a_page_of_them() {
        let wild = |day: i64, hour: i64| {
            if (day * 24 + hour) % 11 == 0 {
                1_000.0
            } else {
                1.0
            }
        };
        assert_eq!(
            anomalies(&weeks(30, wild), &Prices::default()).len(),
            MAX_FINDINGS
        );
    }
}
