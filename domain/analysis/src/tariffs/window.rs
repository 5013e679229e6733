//! When a price holds.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike, Weekday};

use super::Holidays;

const HOLIDAY: u8 = 1 << 7;
const DAY: u32 = 24 * 60;

/// Days of the week; holidays are days of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySet(u8);

/// A day of every year. The 29th of February comes with the 1st of March in years that lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct YearDay {
    month: u32,
    day: u32,
}

/// From one day of the year to another, both included; over the turn of the year if the second
/// comes before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Season {
    pub first: YearDay,
    pub last: YearDay,
}

/// Some hours of some days, by local clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    season: Option<Season>,
    days: DaySet,
    from: u32,
    to: u32,
}

/// Why this can't be a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAWindow {
    #[error("there is no such day in any year")]
    YearDay,
    #[error("at least one day is needed")]
    NoDays,
    #[error("times must be quarter hours from 00:00 to 24:00, and differ")]
    Time,
}

impl DaySet {
    pub const ALL: Self = Self(u8::MAX);
    /// Monday to Friday, except holidays.
    pub const WORKING: Self = Self(0b1_1111);
    /// Saturday, Sunday and holidays.
    pub const REST: Self = Self(!0b1_1111);

    pub fn of(days: &[Weekday], holidays: bool) -> Self {
        let bits = days.iter().fold(0, |bits, day| bits | bit(*day));
        Self(if holidays { bits | HOLIDAY } else { bits })
    }

    fn has(self, date: NaiveDate, holidays: &Holidays) -> bool {
        let kind = if holidays.has(date) {
            HOLIDAY
        } else {
            bit(date.weekday())
        };
        self.0 & kind != 0
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}

impl YearDay {
    /// # Errors
    /// When no year has that day.
    pub fn new(month: u32, day: u32) -> Result<Self, NotAWindow> {
        // A leap year has all of them.
        let exists = NaiveDate::from_ymd_opt(2024, month, day).is_some();
        exists
            .then_some(Self { month, day })
            .ok_or(NotAWindow::YearDay)
    }

    fn of(date: NaiveDate) -> Self {
        Self {
            month: date.month(),
            day: date.day(),
        }
    }
}

impl Season {
    fn has(&self, date: NaiveDate) -> bool {
        let day = YearDay::of(date);
        if self.first <= self.last {
            return self.first <= day && day <= self.last;
        }
        self.first <= day || day <= self.last
    }
}

impl Window {
    /// Minutes since midnight: until just before `to`; past midnight if `to` is not after `from`, and
    /// then the early hours belong to the date they are on. No season is all year.
    ///
    /// # Errors
    /// When it has no days, or times that aren't quarter hours.
    pub fn new(
        season: Option<Season>,
        days: DaySet,
        from: u32,
        to: u32,
    ) -> Result<Self, NotAWindow> {
        if days.0 == 0 {
            return Err(NotAWindow::NoDays);
        }
        let quarters = from.is_multiple_of(15) && to.is_multiple_of(15);
        if !quarters || from >= DAY || to > DAY || from == to {
            return Err(NotAWindow::Time);
        }
        Ok(Self {
            season,
            days,
            from,
            to,
        })
    }

    /// Whether it holds at that local time.
    pub fn holds(&self, local: NaiveDateTime, holidays: &Holidays) -> bool {
        let minute = local.hour() * 60 + local.minute();
        let in_time = if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        };
        let date = local.date();
        in_time
            && self.season.is_none_or(|season| season.has(date))
            && self.days.has(date, holidays)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn winter() -> Season {
        Season {
            first: YearDay::new(10, 1).unwrap(),
            last: YearDay::new(3, 31).unwrap(),
        }
    }

    #[test]
    fn a_season_may_go_over_the_turn_of_the_year() {
        let window = Window::new(Some(winter()), DaySet::ALL, 0, DAY).unwrap();
        let holds = |text| window.holds(local(text), &Holidays::default());
        assert!(holds("2026-10-01T00:00:00") && holds("2026-01-01T00:00:00"));
        assert!(holds("2026-03-31T23:59:59") && !holds("2026-04-01T00:00:00"));
        assert!(!holds("2026-09-30T23:59:59"));
    }

    #[test]
    fn a_night_goes_past_midnight() {
        let window = Window::new(None, DaySet::WORKING, 22 * 60, 6 * 60).unwrap();
        let holds = |text| window.holds(local(text), &Holidays::default());
        assert!(holds("2026-05-01T22:00:00") && !holds("2026-05-01T21:59:59"));
        assert!(holds("2026-05-01T05:59:59") && !holds("2026-05-01T06:00:00"));
        assert!(!holds("2026-05-02T01:00:00"), "a Saturday");
    }

    #[test]
    fn a_holiday_is_no_working_day() {
        let friday: NaiveDate = "2026-05-01".parse().unwrap();
        let holidays = Holidays::new([friday]).unwrap();
        let noon = local("2026-05-01T12:00:00");
        let holds = |days| {
            Window::new(None, days, 0, DAY)
                .unwrap()
                .holds(noon, &holidays)
        };
        assert!(!holds(DaySet::WORKING) && holds(DaySet::REST) && holds(DaySet::ALL));
        assert!(!holds(DaySet::of(&[Weekday::Fri], false)));
    }

    #[test]
    fn impossible_windows_are_refused() {
        let new = |days, from, to| Window::new(None, days, from, to);
        assert_eq!(new(DaySet::of(&[], false), 0, 60), Err(NotAWindow::NoDays));
        for (from, to) in [(0, 0), (7, 60), (0, 61), (DAY, 60), (0, DAY + 15)] {
            assert_eq!(new(DaySet::ALL, from, to), Err(NotAWindow::Time));
        }
        assert_eq!(YearDay::new(2, 30), Err(NotAWindow::YearDay));
        assert!(YearDay::new(2, 29).is_ok());
    }
}
