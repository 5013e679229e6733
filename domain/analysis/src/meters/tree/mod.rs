//! Main meters and sub-meters, so that nothing is counted twice.

mod balance;
mod build;
mod meter;

pub use balance::{Balance, MeterUse, Usage};
pub use build::{MOST_METERS, MeterTree, NotATree};
pub use meter::{Flow, Meter};
