//! Before and after.

use std::ops::Range;

use chrono::{Days, NaiveDate};

use super::SavingsError;
use crate::degree_days::MAX_DAYS;

/// The year before an intervention and the time after it, as dates of the building's calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    baseline: Range<NaiveDate>,
    reporting: Range<NaiveDate>,
}

const YEAR: Days = Days::new(365);

impl Periods {
    /// The 365 days before `start` (3.1.3), and the 365 from `end` on. The days from `start` until before
    /// `end`, in which the building was being worked on, belong to neither (1.4.4).
    ///
    /// # Errors
    /// [`SavingsError::PeriodsOutOfOrder`] where `end` is before `start`, or a date is out of all calendars.
    pub fn around(start: NaiveDate, end: NaiveDate) -> Result<Self, SavingsError> {
        let first = start.checked_sub_days(YEAR);
        let last = end.checked_add_days(YEAR);
        let (Some(first), Some(last)) = (first, last) else {
            return Err(SavingsError::PeriodsOutOfOrder);
        };
        Self::new(first..start, end..last)
    }

    /// Periods of one's own choice; each without its end.
    ///
    /// # Errors
    /// [`SavingsError::PeriodsOutOfOrder`], [`SavingsError::PeriodTooLong`].
    pub fn new(
        baseline: Range<NaiveDate>,
        reporting: Range<NaiveDate>,
    ) -> Result<Self, SavingsError> {
        if baseline.is_empty() || reporting.is_empty() || baseline.end > reporting.start {
            return Err(SavingsError::PeriodsOutOfOrder);
        }
        let periods = Self {
            baseline,
            reporting,
        };
        let longest = length(periods.baseline()).max(length(periods.reporting()));
        if longest > MAX_DAYS {
            return Err(SavingsError::PeriodTooLong { most: MAX_DAYS });
        }
        Ok(periods)
    }

    pub fn baseline(&self) -> &Range<NaiveDate> {
        &self.baseline
    }

    pub fn reporting(&self) -> &Range<NaiveDate> {
        &self.reporting
    }
}

pub(super) fn length(range: &Range<NaiveDate>) -> usize {
    usize::try_from((range.end - range.start).num_days()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_year_lies_on_each_side_of_the_work() {
        let periods = Periods::around(date(2016, 12, 26), date(2017, 1, 4)).unwrap();
        assert_eq!(*periods.baseline(), date(2015, 12, 27)..date(2016, 12, 26));
        assert_eq!(*periods.reporting(), date(2017, 1, 4)..date(2018, 1, 4));
        assert_eq!(length(periods.baseline()), 365);
    }

    #[test]
    fn periods_that_cannot_be_are_refused() {
        let (early, late) = (date(2016, 1, 1), date(2017, 1, 1));
        assert_eq!(
            Periods::around(late, early),
            Err(SavingsError::PeriodsOutOfOrder)
        );
        assert_eq!(
            Periods::around(NaiveDate::MIN, NaiveDate::MAX),
            Err(SavingsError::PeriodsOutOfOrder)
        );
        assert_eq!(
            Periods::new(early..early, late..date(2018, 1, 1)),
            Err(SavingsError::PeriodsOutOfOrder)
        );
        assert_eq!(
            Periods::new(date(1900, 1, 1)..early, late..date(2018, 1, 1)),
            Err(SavingsError::PeriodTooLong { most: MAX_DAYS })
        );
    }
}
