//! Working days that begin earlier or end later than they used to.

use super::robust::{median, spread};
use super::{Confidence, Consumption, Evidence, Finding, Prices};
use crate::degree_days::LocalHour;

/// Working days of now, and the fewest of before to compare with.
const NOW: usize = 20;
const BEFORE: usize = 20;
/// Less is no drift. Hours that are half known move a start by about as much.
const SMALLEST_HOURS: f64 = 0.25;

/// The start and the end of the last 20 working days against those of the days before, where a building has a
/// working day at all: its load by day is well above that at night. Start and end are where the load crosses
/// the middle between the two, on a straight line between hours.
pub fn schedule_drift(consumption: &Consumption, prices: &Prices) -> Option<Finding> {
    let night_kw = median(&consumption.means(0, 5, |_| true))?;
    let day_kw = median(&consumption.means(10, 15, |date| consumption.works(date)))?;
    if day_kw <= 1.3 * night_kw.max(0.0) || day_kw <= night_kw {
        return None;
    }
    let middle = (night_kw + day_kw) / 2.0;
    let days: Vec<(f64, f64)> = consumption
        .dates()
        .filter(|(date, _)| consumption.works(*date))
        .filter_map(|(_, day)| Some((start(day, middle)?, end(day, middle)?)))
        .collect();
    let now = days
        .len()
        .checked_sub(NOW)
        .filter(|before| *before >= BEFORE)?;
    let (before, now) = days.split_at(now);

    let starts = |days: &[(f64, f64)]| days.iter().map(|day| day.0).collect::<Vec<_>>();
    let ends = |days: &[(f64, f64)]| days.iter().map(|day| day.1).collect::<Vec<_>>();
    let (start_before, start_now) = (median(&starts(before))?, median(&starts(now))?);
    let (end_before, end_now) = (median(&ends(before))?, median(&ends(now))?);
    let longer = (start_before - start_now) + (end_now - end_before);
    if longer.abs() < SMALLEST_HOURS {
        return None;
    }
    let working_days = 365.0 * working_share(consumption);
    let kwh_per_year = longer * (day_kw - night_kw) * working_days;
    Some(Finding {
        evidence: Evidence::ScheduleDrift {
            start_before,
            start_now,
            end_before,
            end_now,
            longer_minutes: 60.0 * longer,
        },
        period: consumption.period()?,
        kwh_per_year,
        money_per_year: prices.of_kwh(kwh_per_year),
        confidence: Confidence::new(
            before.len(),
            2 * NOW,
            longer,
            spread(&starts(before))?.max(spread(&ends(before))?),
        ),
    })
}

fn working_share(consumption: &Consumption) -> f64 {
    let (working, all) = consumption
        .dates()
        .fold((0.0, 0.0), |(working, all), (date, _)| {
            (
                working + f64::from(u8::from(consumption.works(date))),
                all + 1.0,
            )
        });
    working / f64::max(all, 1.0)
}

/// Where the load first rises over the middle, in hours of the local clock: an hour's mean stands at its half.
fn start(day: &[LocalHour], middle: f64) -> Option<f64> {
    crossing(day.windows(2), middle, |from, to| {
        from < middle && to >= middle
    })
}

fn end(day: &[LocalHour], middle: f64) -> Option<f64> {
    crossing(day.windows(2).rev(), middle, |from, to| {
        from >= middle && to < middle
    })
}

fn crossing<'a>(
    pairs: impl Iterator<Item = &'a [LocalHour]>,
    middle: f64,
    crosses: impl Fn(f64, f64) -> bool,
) -> Option<f64> {
    let near = |pair: &&[LocalHour]| pair[1].slot == pair[0].slot + 1;
    pairs
        .filter(near)
        .find(|pair| crosses(pair[0].value, pair[1].value))
        .map(|pair| {
            let share = (middle - pair[0].value) / (pair[1].value - pair[0].value);
            f64::from(pair[0].hour) + 0.5 + share
        })
}

#[cfg(test)]
mod tests {
    use super::super::consumption::tests::weeks;
    use super::*;

    const PRICES: Prices = Prices {
        per_kwh: Some(0.2),
        per_kw_and_month: None,
    };

    fn office(change: i64, starts: i64, ends: i64) -> Consumption {
        weeks(16, move |day, hour| {
            let (starts, ends) = if day >= change {
                (starts, ends)
            } else {
                (7, 18)
            };
            if day % 7 < 5 && (starts..ends).contains(&hour) {
                50.0
            } else {
                10.0
            }
        })
    }

    #[test]
    fn a_day_that_begins_an_hour_earlier_and_ends_two_later_is_three_hours_longer() {
        let found = schedule_drift(&office(84, 6, 20), &PRICES).unwrap();
        let Evidence::ScheduleDrift {
            start_before,
            start_now,
            end_before,
            end_now,
            longer_minutes,
        } = found.evidence
        else {
            panic!("{found:?}")
        };
        assert_eq!(
            (start_before, start_now, end_before, end_now),
            (7.0, 6.0, 18.0, 20.0)
        );
        assert_eq!(longer_minutes, 180.0);
        assert!((found.kwh_per_year - 3.0 * 40.0 * 365.0 * 5.0 / 7.0).abs() < 1e-6);
        assert!((found.money_per_year.unwrap() - 0.2 * found.kwh_per_year).abs() < 1e-9);
        assert!(found.confidence.value > 0.99);
    }

    #[test]
    fn a_shorter_day_saves_already() {
        assert!(
            schedule_drift(&office(84, 8, 18), &PRICES)
                .unwrap()
                .kwh_per_year
                < 0.0
        );
    }

    #[test]
    fn a_steady_day_a_flat_load_and_few_days_have_no_drift() {
        assert_eq!(schedule_drift(&office(84, 7, 18), &PRICES), None);
        assert_eq!(schedule_drift(&weeks(16, |_, _| 5.0), &PRICES), None);
        assert_eq!(
            schedule_drift(&weeks(3, |_, hour| hour as f64), &PRICES),
            None
        );
    }
}
