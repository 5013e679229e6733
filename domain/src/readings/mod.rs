//! Readings: what sensors report. They are telemetry: events in batches, one for each request and
//! building, without a version.

mod batch;
mod event;
pub mod intake;
mod telemetry;

pub use batch::{Batch, MOST_POINTS, Reading};
pub use event::{Corrected, OnConflict, Quality, ReadingsEvent, Recorded, Series, Voided};
pub use telemetry::Readings;
