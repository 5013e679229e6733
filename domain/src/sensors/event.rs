//! What can happen to a sensor.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Patch;
use crate::events::events;

events! {
    /// Everything that can happen to a sensor.
    pub enum SensorEvent {
        "sensor.calibrated" "1.0" => Calibrated;
        "sensor.changed" "1.0" => Changed;
        "sensor.installed" "1.1" => Installed;
        "sensor.removed" "1.0" => Removed;
    }
}

/// What a reading of a sensor is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// The quantity of the period that begins with the reading's time.
    #[default]
    Interval,
    /// A meter's count at that time; it may be reset or roll over.
    Cumulative,
    /// What was so at that time.
    Instantaneous,
}

/// Which way what is measured flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    #[default]
    Consumption,
    /// Made in the building: counts against consumption where the tariff says so.
    Generation,
}

/// The sensor was put in its building.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    pub building_id: String,
    pub name: String,
    pub kind: String,
    pub unit: String,
    pub mode: Mode,
    /// Seconds from one reading to the next.
    pub period_seconds: Option<u32>,
    /// The main meter behind which it sits.
    pub parent_id: Option<String>,
    pub direction: Direction,
    /// The count at which a cumulative meter begins at 0 again, in its unit.
    pub register_size: Option<f64>,
    /// kWh in one m³ of gas, at standard conditions.
    pub calorific_value: Option<f64>,
    /// m³ at standard conditions in one m³ that the meter counts.
    pub state_number: Option<f64>,
    /// The zone of its building at that time, a name in the IANA database: since 1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub time_zone: Option<String>,
}

/// Some of its fields became different; only those are here, `null` where one was cleared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub kind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Direction, required = false))]
    pub direction: Option<Direction>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, required = false))]
    pub period_seconds: Patch<u32>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false))]
    pub parent_id: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>, required = false))]
    pub register_size: Patch<f64>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>, required = false))]
    pub calorific_value: Patch<f64>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>, required = false))]
    pub state_number: Patch<f64>,
}

/// From a time on its values mean `value * factor + offset`. Another calibration of the same time
/// takes its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Calibrated {
    pub factor: f64,
    /// In the sensor's unit.
    pub offset: f64,
    pub valid_from: DateTime<Utc>,
}

/// It measures no longer. Its id is never used again, its readings stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Removed {}
