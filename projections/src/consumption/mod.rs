//! What buildings used, hour by hour in kWh, and how warm it was outdoors: what every study of energy starts from.
//! It is no read model of its own but read from those of sensors, buildings and readings.

mod error;
mod hours;
mod meters;
mod outdoors;

pub use error::ConsumptionError;
pub use hours::{MOST_ROWS, hours_of, used};
pub use meters::{MODELS, MOST_METERS, Meters};
pub use outdoors::{OUTDOOR, Thermometer, felt};
