//! What was reported by the sensors of a building.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::events::events;

events! {
    /// What telemetry holds of a building.
    pub enum ReadingsEvent {
        "readings.corrected" "1.0" => Corrected;
        "readings.recorded" "1.0" => Recorded;
    }
}

/// How a value came about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Quality {
    #[default]
    Measured,
    Estimated,
    Corrected,
}

/// What becomes of a reading whose sensor has another value for its time already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum OnConflict {
    /// The first value stays.
    #[default]
    Ignore,
    /// The request was refused if there was one; should two have met, the first value stays.
    Reject,
    /// The newer value takes its place.
    Correct,
}

/// Readings came: of one request and one building.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    pub on_conflict: OnConflict,
    pub series: Vec<Series>,
}

/// Readings were replaced or taken back by somebody who may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Corrected {
    /// What takes the place of what was there, if anything was.
    pub series: Vec<Series>,
    /// What is no reading any more.
    pub voided: Vec<Voided>,
    /// Why, in the words of who did it.
    pub reason: Option<String>,
}

/// Some readings of one sensor, in the order in which they came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Series {
    pub sensor_id: String,
    pub quality: Quality,
    /// The time to which the points are relative.
    pub start: DateTime<Utc>,
    /// Milliseconds after `start`, and the value in the sensor's unit as it was reported.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<[f64; 2]>))]
    pub points: Vec<(i64, f64)>,
}

/// Some times of one sensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Voided {
    pub sensor_id: String,
    pub times: Vec<DateTime<Utc>>,
}

impl Series {
    /// Times and values.
    pub fn readings(&self) -> impl Iterator<Item = (DateTime<Utc>, f64)> + '_ {
        let at = |milliseconds| TimeDelta::try_milliseconds(milliseconds);
        let points = self.points.iter();
        points.filter_map(move |(offset, value)| {
            let time = self.start.checked_add_signed(at(*offset)?)?;
            Some((time, *value))
        })
    }
}
