use super::{MOST_METERS, MOST_ROWS};
use crate::ReadError;

/// Why nothing can be said of what was used.
#[derive(Debug, thiserror::Error)]
pub enum ConsumptionError {
    /// The organization has no such building.
    #[error("there is no such building")]
    NoSuchBuilding,
    /// The organization has no such sensor.
    #[error("there is no such sensor")]
    NoSuchSensor,
    /// It is a sensor of something else.
    #[error("the sensor measures no temperature")]
    NoThermometer,
    /// Several could be meant.
    #[error("several sensors measure the outdoor temperature")]
    SeveralThermometers,
    /// One building has to be asked for.
    #[error("there are more than {MOST_METERS} meters")]
    TooManyMeters,
    /// Less time has to be asked for.
    #[error("there are more than {MOST_ROWS} days of meters")]
    TooLong,
    #[error(transparent)]
    Read(#[from] ReadError),
}
