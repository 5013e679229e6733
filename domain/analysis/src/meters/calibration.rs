//! Corrections of what a sensor shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Reading;
use crate::units::Exact;

/// More calibrations than a sensor has in its life.
const MOST: usize = 256;
/// The largest factor: a current transformer of 10,000:1 times a pulse of some kWh.
const LARGEST: Exact = Exact::from_millionths(1_000_000_000_000);

/// From a moment on: value = shown × factor + offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calibration {
    pub valid_from: DateTime<Utc>,
    pub factor: Exact,
    pub offset: Exact,
}

/// The calibrations of one sensor. Before the first, values are as they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibrations(Vec<Calibration>);

/// Why these can't be a sensor's calibrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCalibrated {
    #[error("a factor must not be 0, and at most 1000000")]
    Factor,
    #[error("two calibrations begin at {0}")]
    SameStart(DateTime<Utc>),
    #[error("at most {MOST} calibrations")]
    TooMany,
}

impl Calibrations {
    /// In any order.
    ///
    /// # Errors
    /// When a factor can't be, two begin at once, or there are too many.
    pub fn new(mut all: Vec<Calibration>) -> Result<Self, NotCalibrated> {
        if all.len() > MOST {
            return Err(NotCalibrated::TooMany);
        }
        let sound = |one: &Calibration| {
            one.factor != Exact::ZERO && (-LARGEST..=LARGEST).contains(&one.factor)
        };
        if !all.iter().all(sound) {
            return Err(NotCalibrated::Factor);
        }
        all.sort_by_key(|one| one.valid_from);
        let twice = all
            .windows(2)
            .find(|two| two[0].valid_from == two[1].valid_from);
        match twice {
            Some(two) => Err(NotCalibrated::SameStart(two[0].valid_from)),
            None => Ok(Self(all)),
        }
    }

    /// The one in force; `None` before the first.
    pub fn at(&self, at: DateTime<Utc>) -> Option<&Calibration> {
        let begun = self.0.partition_point(|one| one.valid_from <= at);
        self.0[..begun].last()
    }

    /// The reading as it should have been shown.
    pub fn apply(&self, reading: Reading) -> Reading {
        let Some(calibration) = self.at(reading.at) else {
            return reading;
        };
        Reading {
            at: reading.at,
            value: reading.value.times(calibration.factor) + calibration.offset,
        }
    }

    /// What a meter counted from a moment on. An offset of the count plays no part in a difference
    /// of two, and a change of the factor between them takes effect with the next.
    pub fn apply_to_difference(&self, since: DateTime<Utc>, amount: Exact) -> Exact {
        let factor = self.at(since).map(|calibration| calibration.factor);
        factor.map_or(amount, |factor| amount.times(factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn calibration(from: i64, factor: i64, offset: i64) -> Calibration {
        Calibration {
            valid_from: at(from),
            factor: Exact::whole(factor),
            offset: Exact::whole(offset),
        }
    }

    #[test]
    fn a_calibration_holds_from_its_start_to_the_next() {
        let all = vec![calibration(20, 3, 1), calibration(10, 2, 0)];
        let calibrations = Calibrations::new(all).unwrap();
        let value = |second| {
            let reading = Reading {
                at: at(second),
                value: Exact::whole(5),
            };
            calibrations.apply(reading).value
        };
        let expected = [(9, 5), (10, 10), (19, 10), (20, 16), (99, 16)];
        for (second, shown) in expected {
            assert_eq!(value(second), Exact::whole(shown), "{second}");
        }
        let counted = calibrations.apply_to_difference(at(20), Exact::whole(5));
        assert_eq!(counted, Exact::whole(15));
    }

    #[test]
    fn what_would_make_nothing_of_a_reading_is_refused() {
        assert_eq!(
            Calibrations::new(vec![calibration(1, 0, 0)]),
            Err(NotCalibrated::Factor)
        );
        assert_eq!(
            Calibrations::new(vec![calibration(1, 1, 0), calibration(1, 2, 0)]),
            Err(NotCalibrated::SameStart(at(1)))
        );
        let many = (0..300).map(|second| calibration(second, 1, 0)).collect();
        assert_eq!(Calibrations::new(many), Err(NotCalibrated::TooMany));
    }
}
