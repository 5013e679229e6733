//! Readings: what sensors report. They are telemetry: events in batches, one for each request and
//! building, without a version.

mod batch;
mod corrections;
mod event;
pub mod intake;
mod read;
mod telemetry;

pub use batch::{Batch, MOST_POINTS, Reading};
pub use corrections::Corrections;
pub use event::{Corrected, OnConflict, Quality, ReadingsEvent, Recorded, Series, Voided};
pub use read::{MOST_CORRECTIONS, read_corrections};
pub use telemetry::Readings;
