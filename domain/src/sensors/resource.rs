//! A sensor as the API shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Calibrated, Details, Direction, Mode, Sensor};
use crate::Shown;

/// Whether a sensor reports as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum SensorStatus {
    /// Its newest reading is at most three periods old.
    Online,
    /// Nothing came for more than three periods.
    Stale,
    /// Nothing came for a day or ten periods, whichever is longer; or never.
    Offline,
    /// It measures no longer.
    Removed,
}

/// The newest reading of a sensor.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastReading {
    pub timestamp: DateTime<Utc>,
    /// In the sensor's unit.
    pub value: f64,
}

/// A sensor. What only another read model knows (`status`, `lastReading`) is null in the answer to
/// a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SensorResource {
    pub id: String,
    pub building_id: String,
    pub name: String,
    /// From an open list, e.g. `electricity`, `temperature`.
    pub kind: String,
    /// kWh, m3, °C, …
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
    /// By time, the oldest first.
    pub calibrations: Vec<Calibrated>,
    pub status: Option<SensorStatus>,
    pub last_reading: Option<LastReading>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl SensorStatus {
    /// How a sensor reports, seen from `now`; the period is 15 minutes where none is known.
    pub fn of(
        last: Option<DateTime<Utc>>,
        period_seconds: Option<u32>,
        now: DateTime<Utc>,
    ) -> Self {
        const DAY: i64 = 86_400;
        let Some(last) = last else {
            return Self::Offline;
        };
        let period = i64::from(period_seconds.unwrap_or(900));
        let age = (now - last).num_seconds();
        if age <= 3 * period {
            Self::Online
        } else if age <= DAY.max(10 * period) {
            Self::Stale
        } else {
            Self::Offline
        }
    }
}

impl Shown for Sensor {
    type Resource = SensorResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<SensorResource> {
        let (status, details) = match self {
            Self::Absent => return None,
            Self::Installed(details) => (None, details),
            Self::Removed(details) => (Some(SensorStatus::Removed), details),
        };
        let Details {
            installed,
            calibrations,
        } = (**details).clone();
        Some(SensorResource {
            id: id.to_owned(),
            building_id: installed.building_id,
            name: installed.name,
            kind: installed.kind,
            unit: installed.unit,
            mode: installed.mode,
            period_seconds: installed.period_seconds,
            parent_id: installed.parent_id,
            direction: installed.direction,
            register_size: installed.register_size,
            calorific_value: installed.calorific_value,
            state_number: installed.state_number,
            calibrations,
            status,
            last_reading: None,
            created_at,
            updated_at,
            revision,
        })
    }
}
