//! What sensors reported, and what it comes to: readings by sensor and day, with rollups of the day and its
//! hours on the calendar of the sensor's building.
//!
//! Readings come from telemetry; what they mean (mode, period, register, calibrations, zone) from the domain's
//! log. Rows follow from all of these events together, in whatever order the two logs are read: a sensor that
//! isn't known yet has readings and no rollups, and whenever its meaning changes its rows are derived anew.

mod batch;
mod codec;
mod day;
mod meaning;
mod memory;
mod model;
mod queries;
mod sheet;
mod tail;
mod verify;
mod write;

/// The zone of a building that has none.
const UTC: &str = "UTC";

pub use day::{Point, Total};
pub use queries::{DayTotal, MOST_POINTS, day_totals, hour_totals, known, last, points};

pub(crate) use model::Readings;
