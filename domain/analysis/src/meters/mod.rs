//! What meters report, and what it adds up to.
//!
//! A reading becomes a [`Spread`] (an amount over a stretch of time), which is cut into a
//! [`Contribution`] for each bucket it touches, which goes into the bucket's [`Rollup`]. The counts
//! of a cumulative meter become [`Step`]s first. Each of the three can be taken back again, so late
//! readings and corrections touch nothing but their own buckets.

mod calibration;
mod contribution;
mod cumulative;
mod reading;
mod rollup;
mod spread;
mod tree;

pub use calibration::{Calibration, Calibrations, NotCalibrated};
pub use contribution::Contribution;
pub use cumulative::{Change, NotARegister, REACH, Register, Step, StepKind, change, steps, with};
pub use reading::{Mode, NotAPeriod, Period, Reading, UnknownMode};
pub use rollup::{Corrected, Rollup};
pub use spread::Spread;
pub use tree::{Balance, Flow, MOST_METERS, Meter, MeterTree, MeterUse, NotATree, Usage};
