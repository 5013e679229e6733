//! What the local calendar says of a step.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use chrono_tz::Tz;

use super::series::Step;

/// The calendar by which people live where the meter hangs.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: Tz,
    holidays: BTreeSet<NaiveDate>,
}

impl Calendar {
    /// Holidays are local dates, of the past as of the future; they are treated as Sundays.
    pub fn new(zone: Tz, holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self {
            zone,
            holidays: holidays.into_iter().collect(),
        }
    }

    /// What a step is; none beyond what the calendar knows.
    pub(crate) fn slot(&self, step: Step, index: i64) -> Option<Slot> {
        let local = match step {
            Step::Hour => Step::hour(index)?.with_timezone(&self.zone).naive_local(),
            Step::Day => Step::day(index)?.and_hms_opt(0, 0, 0)?,
        };
        Some(self.describe(local))
    }

    fn describe(&self, local: NaiveDateTime) -> Slot {
        let date = local.date();
        let weekday = if self.holidays.contains(&date) {
            6
        } else {
            date.weekday().num_days_from_monday() as usize
        };
        Slot {
            hour: local.hour() as usize,
            weekday,
            day: date.num_days_from_ce(),
            year: f64::from(date.ordinal0()) / 365.25,
        }
    }
}

/// A step's place in the day, the week and the year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slot {
    /// 0 to 23 by the local clock; 0 where the step is a day.
    pub hour: usize,
    /// 0 (Monday) to 6 (Sunday and holidays).
    pub weekday: usize,
    /// Counts local days.
    pub day: i32,
    /// How much of the year has passed, 0 to 1.
    pub year: f64,
}

impl Slot {
    /// Its place in the week, of 7 times `per_day`.
    pub fn of_week(&self, per_day: usize) -> usize {
        self.weekday * per_day + self.hour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> Calendar {
        let unity = NaiveDate::from_ymd_opt(2025, 10, 3).unwrap();
        Calendar::new(Tz::Europe__Berlin, [unity])
    }

    fn hours_of(date: &str) -> Vec<usize> {
        let day = date.parse::<NaiveDate>().unwrap();
        let noon = day.and_hms_opt(12, 0, 0).unwrap().and_utc().timestamp() / 3600;
        (noon - 30..noon + 30)
            .filter_map(|index| berlin().slot(Step::Hour, index))
            .filter(|slot| slot.day == day.num_days_from_ce())
            .map(|slot| slot.hour)
            .collect()
    }

    #[test]
    fn a_day_has_the_hours_that_its_clock_shows() {
        assert_eq!(hours_of("2025-03-29").len(), 24);
        let spring = hours_of("2025-03-30");
        assert_eq!(spring.len(), 23);
        assert!(!spring.contains(&2));
        let autumn = hours_of("2025-10-26");
        assert_eq!(autumn.len(), 25);
        assert_eq!(autumn.iter().filter(|hour| **hour == 2).count(), 2);
    }

    #[test]
    fn a_holiday_is_a_sunday() {
        let friday = Series::day_of("2025-10-03");
        assert_eq!(berlin().slot(Step::Day, friday).unwrap().weekday, 6);
        assert_eq!(berlin().slot(Step::Day, friday + 7).unwrap().weekday, 4);
    }

    #[test]
    fn beyond_the_calendar_there_is_nothing() {
        for step in [Step::Hour, Step::Day] {
            assert_eq!(berlin().slot(step, i64::MAX), None);
            assert_eq!(berlin().slot(step, i64::MIN), None);
        }
    }

    struct Series;

    impl Series {
        fn day_of(date: &str) -> i64 {
            super::super::series::Series::daily(date.parse().unwrap(), vec![]).start
        }
    }
}
