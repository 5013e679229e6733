//! The CO2 of energy, by published factors or by one's own.

mod emissions;
mod published;

pub use emissions::{Emissions, NoEmissions};
pub use published::{CarbonFactor, published};
