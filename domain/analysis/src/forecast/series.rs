//! A series of values at equal steps, with gaps.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// How far apart two values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Hours of universal time; their index counts from 1970-01-01T00:00Z. So a day on which clocks
    /// change has 23 or 25 of them.
    Hour,
    /// Days of the local calendar; their index counts from 1970-01-01.
    Day,
}

impl Step {
    /// The hour with this index.
    pub fn hour(index: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(index.checked_mul(3600)?, 0)
    }

    /// The day with this index.
    pub fn day(index: i64) -> Option<NaiveDate> {
        NaiveDate::from_epoch_days(i32::try_from(index).ok()?)
    }

    /// How many of them make a day.
    pub(crate) const fn per_day(self) -> usize {
        match self {
            Self::Hour => 24,
            Self::Day => 1,
        }
    }
}

/// Values one step apart. Consumption in kWh, or a mean temperature in °C: what it is only the
/// caller knows, but each value belongs to the whole of its step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    pub step: Step,
    /// The index of the first value, see [`Step`].
    pub start: i64,
    /// None where nothing is known. What isn't finite or beyond 10^15 counts as unknown.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// Hours from the one that holds `start`.
    pub fn hourly(start: DateTime<Utc>, values: Vec<Option<f64>>) -> Self {
        Self {
            step: Step::Hour,
            start: start.timestamp().div_euclid(3600),
            values,
        }
    }

    /// Days from `start`.
    pub fn daily(start: NaiveDate, values: Vec<Option<f64>>) -> Self {
        Self {
            step: Step::Day,
            start: i64::from(start.num_days_from_ce()) - 719_163,
            values,
        }
    }

    /// The index after the last value.
    pub fn end(&self) -> i64 {
        self.start.saturating_add(length(&self.values))
    }

    /// The values from one index on; NaN for what is unknown.
    pub(crate) fn window(&self, from: i64, count: usize) -> Vec<f64> {
        let value = |index: i64| {
            let offset = usize::try_from(index.checked_sub(self.start)?).ok()?;
            known(*self.values.get(offset)?)
        };
        (0..count)
            .map(|nth| from.checked_add(i64::try_from(nth).ok()?))
            .map(|index| index.and_then(value).unwrap_or(f64::NAN))
            .collect()
    }
}

/// A value that can be reckoned with.
fn known(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.abs() <= 1e15)
}

fn length(values: &[Option<f64>]) -> i64 {
    i64::try_from(values.len()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_count_from_the_first_of_1970() {
        let date = NaiveDate::from_ymd_opt(1970, 1, 3).unwrap();
        assert_eq!(Series::daily(date, vec![]).start, 2);
        assert_eq!(Step::day(2), Some(date));
        let series = Series::hourly(Step::hour(49).unwrap(), vec![]);
        assert_eq!((series.start, series.end()), (49, 49));
    }

    #[test]
    fn a_window_has_the_length_that_was_asked_for() {
        let series = Series {
            step: Step::Day,
            start: i64::MAX - 1,
            values: vec![Some(1.0); 5],
        };
        assert_eq!(series.window(i64::MAX - 1, 5).len(), 5);
        assert_eq!(series.window(i64::MIN, 3).len(), 3);
    }

    #[test]
    fn what_cannot_be_reckoned_with_is_unknown() {
        let odd = vec![
            Some(1.0),
            Some(f64::NAN),
            Some(f64::INFINITY),
            None,
            Some(-1e16),
        ];
        let series = Series {
            step: Step::Hour,
            start: 10,
            values: odd,
        };
        let window = series.window(9, 7);
        assert!(window[0].is_nan());
        assert_eq!(window[1], 1.0);
        assert!(window[2..].iter().all(|value| value.is_nan()));
    }
}
