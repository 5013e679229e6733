//! Corrections of what a sensor shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Reading;
use crate::units::Exact;

/// More calibrations than a sensor has in its life.
const MOST: usize = 256;

/// From a moment on: value = shown × factor + offset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Calibration {
    pub valid_from: DateTime<Utc>,
    pub factor: f64,
    /// In the sensor's unit.
    pub offset: f64,
}

/// The calibrations of one sensor. Before the first, values are as they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibrations(Vec<Calibration>);

/// Why these can't be a sensor's calibrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCalibrated {
    #[error("a factor must be a finite number other than 0, an offset a finite number")]
    NotFinite,
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
            one.factor.is_finite() && one.factor != 0.0 && one.offset.is_finite()
        };
        if !all.iter().all(sound) {
            return Err(NotCalibrated::NotFinite);
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

    /// What a sensor showed, as it should have been shown; what comes out larger than
    /// [`Exact::new`] allows is the largest that is.
    pub fn reading(&self, at: DateTime<Utc>, shown: f64) -> Reading {
        let value = match self.at(at) {
            Some(calibration) => shown.mul_add(calibration.factor, calibration.offset),
            None => shown,
        };
        Reading {
            at,
            value: Exact::clamped(value),
        }
    }

    /// What a meter counted from a moment on. An offset of the count plays no part in a difference
    /// of two, and a change of the factor between them takes effect with the next.
    pub fn difference(&self, since: DateTime<Utc>, counted: Exact) -> Exact {
        let factor = self.at(since).map(|calibration| calibration.factor);
        factor.map_or(counted, |factor| Exact::clamped(counted.to_f64() * factor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn calibration(from: i64, factor: f64, offset: f64) -> Calibration {
        Calibration {
            valid_from: at(from),
            factor,
            offset,
        }
    }

    #[test]
    fn a_calibration_holds_from_its_start_to_the_next() {
        let all = vec![calibration(20, 3.0, 1.0), calibration(10, 2.0, 0.0)];
        let calibrations = Calibrations::new(all).unwrap();
        let value = |second| calibrations.reading(at(second), 5.0).value;
        let expected = [(9, 5), (10, 10), (19, 10), (20, 16), (99, 16)];
        for (second, shown) in expected {
            assert_eq!(value(second), Exact::whole(shown), "{second}");
        }
        let counted = calibrations.difference(at(20), Exact::whole(5));
        assert_eq!(counted, Exact::whole(15));
    }

    #[test]
    fn values_stay_within_what_can_be_counted() {
        let calibrations = Calibrations::new(vec![calibration(1, 1e12, 0.0)]).unwrap();
        let value = calibrations.reading(at(2), -1e12).value;
        assert_eq!(value, Exact::whole(-1_000_000_000_000));
    }

    #[test]
    fn what_would_make_nothing_of_a_reading_is_refused() {
        let refused = |all: Vec<Calibration>| Calibrations::new(all).unwrap_err();
        for bad in [0.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                refused(vec![calibration(1, bad, 0.0)]),
                NotCalibrated::NotFinite
            );
        }
        assert_eq!(
            refused(vec![calibration(1, 1.0, 0.0), calibration(1, 2.0, 0.0)]),
            NotCalibrated::SameStart(at(1))
        );
        let many = (0..300)
            .map(|second| calibration(second, 1.0, 0.0))
            .collect();
        assert_eq!(refused(many), NotCalibrated::TooMany);
    }
}
