//! What callers may ask of a sensor.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Direction, Mode, Unit};
use crate::Patch;
use crate::values::{BuildingId, FromJson, Invalid, Line, Slug, Timezone, Token, number, string};

/// A sensor's name, one line of at most 200 characters.
pub type SensorName = Line<200>;
/// A sensor's id within its organization.
pub type SensorId = Slug;

/// One sensor has no more calibrations than this: it is loaded as a whole.
pub const MAX_CALIBRATIONS: usize = 100;

/// One command to one sensor.
#[derive(Clone, Debug, PartialEq)]
pub enum SensorCommand {
    Install(Install),
    Change(Change),
    /// Its readings and its id stay.
    Remove,
}

/// A sensor that isn't there yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Install {
    pub building: BuildingId,
    pub name: SensorName,
    /// `electricity`, `temperature`, … from an open list.
    pub kind: Token,
    pub unit: Unit,
    pub mode: Mode,
    pub period: Option<PeriodSeconds>,
    pub parent: Option<SensorId>,
    pub direction: Direction,
    pub register_size: Option<Positive>,
    pub calorific_value: Option<Positive>,
    pub state_number: Option<Positive>,
    /// Of the building, where it has one: whoever hands the command over looks it up.
    pub time_zone: Option<Timezone>,
}

/// What becomes different about a sensor; what is absent stays. What its readings mean may not
/// change under them: building, unit and mode are only compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub building: Option<BuildingId>,
    pub unit: Option<Unit>,
    pub mode: Option<Mode>,
    pub name: Option<SensorName>,
    pub kind: Option<Token>,
    pub direction: Option<Direction>,
    pub period: Patch<PeriodSeconds>,
    pub parent: Patch<SensorId>,
    pub register_size: Patch<Positive>,
    pub calorific_value: Patch<Positive>,
    pub state_number: Patch<Positive>,
    pub calibration: Option<Calibration>,
}

/// From a time on, values mean `value * factor + offset`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Calibration {
    /// Not 0.
    pub factor: f64,
    /// In the sensor's unit.
    pub offset: f64,
    pub valid_from: DateTime<Utc>,
}

/// Seconds from one reading to the next: 1 to a leap year's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodSeconds(u32);

impl PeriodSeconds {
    const LONGEST: u32 = 366 * 86_400;

    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// A finite number above 0, at most 10¹².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Positive(f64);

impl Positive {
    const LARGEST: f64 = 1e12;

    pub fn get(self) -> f64 {
        self.0
    }
}

impl FromJson for PeriodSeconds {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let seconds = value
            .as_u64()
            .and_then(|seconds| u32::try_from(seconds).ok());
        match seconds {
            Some(seconds @ 1..=Self::LONGEST) => Ok(Self(seconds)),
            Some(_) | None => Invalid::because(format!(
                "must be a whole number from 1 to {} (seconds)",
                Self::LONGEST
            )),
        }
    }
}

impl FromJson for Positive {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let number = number(value)?;
        if number > 0.0 && number <= Self::LARGEST {
            return Ok(Self(number));
        }
        Invalid::because("must be above 0 and at most 1000000000000")
    }
}

impl FromJson for Mode {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match string(value)? {
            "interval" => Ok(Self::Interval),
            "cumulative" => Ok(Self::Cumulative),
            "instantaneous" => Ok(Self::Instantaneous),
            _ => Invalid::because("must be interval, cumulative or instantaneous"),
        }
    }
}

impl FromJson for Direction {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match string(value)? {
            "consumption" => Ok(Self::Consumption),
            "generation" => Ok(Self::Generation),
            _ => Invalid::because("must be consumption or generation"),
        }
    }
}
