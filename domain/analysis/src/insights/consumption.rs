//! The hours of a meter in the calendar of its building.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDate, Weekday};
use chrono_tz::Tz;

use super::Period;
use crate::degree_days::{Hour, LocalHour, MAX_DAYS, PLAUSIBLE_KWH, local_hours};

/// Hours in order, tidied, with what kind of day each belongs to. At most the last ten years.
#[derive(Debug, Clone)]
pub struct Consumption {
    hours: Vec<LocalHour>,
    holidays: BTreeSet<NaiveDate>,
}

impl Consumption {
    /// kWh of hours in any order; on `holidays` the building rests as on weekends.
    pub fn new(hours: &[Hour], zone: Tz, holidays: &BTreeSet<NaiveDate>) -> Self {
        let mut hours = local_hours(hours, zone, PLAUSIBLE_KWH);
        let surplus = hours.len().saturating_sub(MAX_DAYS * 24);
        hours.drain(..surplus);
        Self {
            hours,
            holidays: holidays.clone(),
        }
    }

    pub(super) fn hours(&self) -> &[LocalHour] {
        &self.hours
    }

    pub(super) fn works(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&date)
    }

    /// `None` of nothing.
    pub(super) fn period(&self) -> Option<Period> {
        Some(Period {
            from: self.hours.first()?.start,
            to: self.hours.last()?.start + Duration::hours(1),
        })
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = (NaiveDate, &[LocalHour])> {
        (self.hours.chunk_by(|a, b| a.date == b.date)).map(|day| (day[0].date, day))
    }

    /// The mean kW of a part of each date that the filter lets through; dates of which less than half of it is
    /// known are left out. `from` to before `to` are hours of the local clock.
    pub(super) fn means(&self, from: u32, to: u32, wanted: impl Fn(NaiveDate) -> bool) -> Vec<f64> {
        self.dates()
            .filter(|(date, _)| wanted(*date))
            .filter_map(|(_, day)| {
                let part: Vec<f64> = (day.iter())
                    .filter(|hour| (from..to).contains(&hour.hour))
                    .map(|hour| hour.value)
                    .collect();
                let enough = part.len() as f64 * 2.0 >= f64::from(to - from);
                enough.then(|| part.iter().sum::<f64>() / part.len() as f64)
            })
            .collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::{DateTime, TimeZone, Utc};

    use super::*;

    pub(in super::super) fn monday() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2025, 1, 6, 0, 0, 0).unwrap()
    }

    /// Weeks from a Monday on, in UTC; what an hour uses by day (0: the first Monday) and hour.
    pub(in super::super) fn weeks(count: i64, kwh: impl Fn(i64, i64) -> f64) -> Consumption {
        let hours: Vec<Hour> = (0..count * 7 * 24)
            .map(|index| Hour {
                start: monday() + Duration::hours(index),
                value: kwh(index / 24, index % 24),
            })
            .collect();
        Consumption::new(&hours, Tz::UTC, &BTreeSet::new())
    }

    #[test]
    fn holidays_rest_like_weekends() {
        let holiday = monday().date_naive();
        let consumption = Consumption::new(&[], Tz::UTC, &BTreeSet::from([holiday]));
        assert!(!consumption.works(holiday));
        assert!(consumption.works(holiday + Duration::days(1)));
        assert!(!consumption.works(holiday + Duration::days(5)));
        assert_eq!(consumption.period(), None);
    }
}
