//! Hours into days of the building's calendar.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::hour::{PLAUSIBLE_CELSIUS, PLAUSIBLE_KWH, bridged};
use super::{Hour, LocalHour, MAX_DAYS, local_hours};

/// One day: what was used and how warm it was outdoors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Day {
    pub date: NaiveDate,
    /// `None` where too little is known.
    pub usage_kwh: Option<f64>,
    /// Temperatures of the hours, or their mean alone; empty where too little is known.
    pub celsius: Vec<f64>,
}

impl Day {
    /// Temperatures and use of a day of which both are known.
    pub(crate) fn known(&self) -> Option<(&[f64], f64)> {
        let usage = self.usage_kwh?;
        (!self.celsius.is_empty()).then_some((&self.celsius, usage))
    }

    pub(crate) fn mean_celsius(&self) -> Option<f64> {
        let sum: f64 = self.celsius.iter().sum();
        (!self.celsius.is_empty()).then(|| sum / self.celsius.len() as f64)
    }
}

/// The days of a range, from midnight to midnight of the local clock (3.3.3.5), at most
/// [`MAX_DAYS`] of them.
///
/// A day is known when at least half of its hours are (2.2.2.1, 2.2.2.3); missing hours count as the
/// mean of the others. A day without any use is missing where `zero_is_missing` (2.2.1.4: electricity).
/// That is asked of days, not of hours: meters that round write 0 for an hour of little use.
pub fn days(
    usage: &[Hour],
    temperature: &[Hour],
    zone: Tz,
    range: Range<NaiveDate>,
    zero_is_missing: bool,
) -> Vec<Day> {
    let used = local_hours(&around(usage, &range), zone, PLAUSIBLE_KWH);
    let felt = outdoors(&around(temperature, &range), zone);
    let used = by_date(&used, zone);
    let felt = by_date(&felt, zone);
    range
        .start
        .iter_days()
        .take_while(|date| *date < range.end)
        .take(MAX_DAYS)
        .map(|date| Day {
            date,
            usage_kwh: used
                .get(&date)
                .map(|hours| mean(hours) * length_in_hours(date, zone))
                .filter(|kwh| !(zero_is_missing && *kwh == 0.0)),
            celsius: (felt.get(&date)).map_or(Vec::new(), |hours| {
                hours.iter().map(|hour| hour.value).collect()
            }),
        })
        .collect()
}

/// The hours that may lie in the range in some zone of the world; the others need no calendar.
fn around(hours: &[Hour], range: &Range<NaiveDate>) -> Vec<Hour> {
    let near = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc().timestamp();
    let margin = 2 * 86_400;
    let (first, last) = (near(range.start) - margin, near(range.end) + margin);
    (hours.iter().copied())
        .filter(|hour| (first..=last).contains(&hour.start.timestamp()))
        .collect()
}

fn outdoors(temperature: &[Hour], zone: Tz) -> Vec<LocalHour> {
    let tidy: Vec<Hour> = local_hours(temperature, zone, PLAUSIBLE_CELSIUS)
        .iter()
        .map(|hour| Hour {
            start: hour.start,
            value: hour.value,
        })
        .collect();
    local_hours(&bridged(&tidy), zone, PLAUSIBLE_CELSIUS)
}

/// The hours of each date of which at least half are there.
fn by_date(hours: &[LocalHour], zone: Tz) -> BTreeMap<NaiveDate, &[LocalHour]> {
    hours
        .chunk_by(|a, b| a.date == b.date)
        .map(|day| (day[0].date, day))
        .filter(|(date, day)| day.len() as f64 * 2.0 >= length_in_hours(*date, zone))
        .collect()
}

fn mean(hours: &[LocalHour]) -> f64 {
    hours.iter().map(|hour| hour.value).sum::<f64>() / hours.len() as f64
}

/// 24 on most days, 23 or 25 when clocks change.
fn length_in_hours(date: NaiveDate, zone: Tz) -> f64 {
    let next = date.succ_opt().unwrap_or(date);
    let seconds = (begin(next, zone) - begin(date, zone)).num_seconds();
    (seconds as f64 / 3_600.0).clamp(1.0, 48.0)
}

/// The first moment of a date: not always midnight, which some clocks skip.
fn begin(date: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = date.and_time(NaiveTime::MIN);
    (0..=48)
        .filter_map(|half_hours| midnight.checked_add_signed(Duration::minutes(30 * half_hours)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map_or(midnight.and_utc(), |first| first.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn hours(from: DateTime<Utc>, values: &[f64]) -> Vec<Hour> {
        let start = |index: usize| from + Duration::hours(index as i64);
        (values.iter().enumerate())
            .map(|(index, value)| Hour {
                start: start(index),
                value: *value,
            })
            .collect()
    }

    #[test]
    fn days_of_23_and_25_hours_sum_their_own_hours() {
        let zone = chrono_tz::Europe::Berlin;
        for (day, long) in [(date(2026, 3, 29), 23.0), (date(2026, 10, 25), 25.0)] {
            let usage = hours(begin(day, zone), &[1.0; 72]);
            let found = days(&usage, &[], zone, day..day.succ_opt().unwrap(), true);
            assert_eq!(found[0].usage_kwh, Some(long));
        }
    }

    #[test]
    fn a_day_with_half_its_hours_is_filled_and_one_with_fewer_is_missing() {
        let (zone, day) = (Tz::UTC, date(2026, 1, 1));
        let range = day..day.succ_opt().unwrap();
        let half = hours(begin(day, zone), &[2.0; 12]);
        assert_eq!(
            days(&half, &half, zone, range.clone(), true)[0].known(),
            Some(([2.0; 12].as_slice(), 48.0))
        );
        let fewer = hours(begin(day, zone), &[2.0; 11]);
        assert_eq!(days(&fewer, &fewer, zone, range, true)[0].known(), None);
    }

    #[test]
    fn a_day_of_zeros_is_missing_for_electricity_and_not_for_gas() {
        let day = date(2026, 1, 1);
        let range = day..day.succ_opt().unwrap();
        let usage = hours(begin(day, Tz::UTC), &[0.0; 24]);
        let of = |missing| days(&usage, &[], Tz::UTC, range.clone(), missing)[0].usage_kwh;
        assert_eq!((of(true), of(false)), (None, Some(0.0)));
    }

    #[test]
    fn a_day_begins_when_its_clock_does() {
        let zone = chrono_tz::America::Havana;
        let spring = begin(date(2026, 3, 8), zone);
        assert_eq!(spring.with_timezone(&zone).naive_local().time(), {
            NaiveTime::from_hms_opt(1, 0, 0).unwrap()
        });
        assert_eq!(length_in_hours(date(2026, 3, 8), zone), 23.0);
    }
}
