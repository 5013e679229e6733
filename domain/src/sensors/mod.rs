//! Sensors: installed in a building, changed, calibrated, and at last removed.
//!
//! What they report is no part of them: readings are telemetry ([`crate::readings`]).

mod command;
mod event;
mod read;
mod resource;
#[cfg(test)]
mod spec;
mod state;
mod unit;

pub use command::{
    Calibration, Change, Install, MAX_CALIBRATIONS, PeriodSeconds, Positive, SensorCommand,
    SensorId, SensorName,
};
pub use event::{Calibrated, Changed, Direction, Installed, Mode, Removed, SensorEvent};
pub use read::{Installation, read_change, read_installation};
pub use resource::{LastReading, SensorResource, SensorStatus};
pub use state::{Details, Sensor};
pub use unit::{Dimension, Unit};
