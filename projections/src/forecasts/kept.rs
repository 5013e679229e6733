//! A forecast as it is kept.

use chrono::{DateTime, Utc};
use flowgrid_analysis::forecast::Forecast;

/// What a forecast is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// All that a building uses, in kWh.
    Building,
    /// What a sensor reports, in its own unit.
    Sensor,
}

impl Of {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Sensor => "sensor",
        }
    }

    /// `None` of another word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Building, Self::Sensor]
            .into_iter()
            .find(|one| one.as_str() == word)
    }
}

/// A forecast by hours, and when it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Just after the last hour that was known.
    pub origin: DateTime<Utc>,
    pub made_at: DateTime<Utc>,
    pub unit: String,
    /// What one reading is of the value of its hour: a quarter for a meter that reports every 15 minutes.
    pub per_reading: f64,
    pub forecast: Forecast,
}
