//! How warm it was outdoors.

use chrono::NaiveDate;
use flowgrid_analysis::degree_days::Hour;
use flowgrid_domain::sensors::{Mode, SensorResource, SensorStatus};

use super::{ConsumptionError, MOST_ROWS};
use crate::documents::{self, DocumentFilter};
use crate::{ModelName, TenantTx, readings, sensors};

/// Sensors of these kinds are taken for the weather without being named.
pub const OUTDOOR: [&str; 2] = ["outdoorTemperature", "outdoor-temperature"];

/// A sensor of the air's temperature.
#[derive(Clone, Debug, PartialEq)]
pub struct Thermometer {
    pub id: String,
    scale: Scale,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    Celsius,
    Fahrenheit,
    Kelvin,
}

impl Thermometer {
    /// The one with this id.
    ///
    /// # Errors
    /// [`ConsumptionError::NoSuchSensor`], [`ConsumptionError::NoThermometer`], or when read models can't be read.
    pub async fn named(tx: &mut TenantTx, id: &str) -> Result<Self, ConsumptionError> {
        let row = documents::get(tx, ModelName::Sensors, id).await?;
        let row = row.ok_or(ConsumptionError::NoSuchSensor)?;
        Self::of(&sensors::resource(&row)?).ok_or(ConsumptionError::NoThermometer)
    }

    /// The building's own of a kind of [`OUTDOOR`], else the only one that the organization has.
    ///
    /// # Errors
    /// [`ConsumptionError::SeveralThermometers`], or when read models can't be read.
    pub async fn near(tx: &mut TenantTx, building: &str) -> Result<Option<Self>, ConsumptionError> {
        for owner in [Some(building), None] {
            let filter = DocumentFilter {
                owner: owner.map(str::to_owned),
                one_of: vec![("kind", OUTDOOR.to_vec())],
                limit: 10,
                ..DocumentFilter::default()
            };
            let page = documents::list(tx, ModelName::Sensors, &filter).await?;
            let all: Result<Vec<_>, _> = page.items.iter().map(sensors::resource).collect();
            let (gone, there): (Vec<_>, Vec<_>) = all?
                .into_iter()
                .partition(|sensor| sensor.status == Some(SensorStatus::Removed));
            // One that was replaced is asked only where nobody took its place.
            let asked = if there.is_empty() { gone } else { there };
            let fit: Vec<Self> = asked.iter().filter_map(Self::of).collect();
            match <[Self; 1]>::try_from(fit) {
                Ok([only]) => return Ok(Some(only)),
                Err(several) if several.len() > 1 => {
                    return Err(ConsumptionError::SeveralThermometers);
                }
                Err(_) => {}
            }
        }
        Ok(None)
    }

    fn of(sensor: &SensorResource) -> Option<Self> {
        let scale = match sensor.unit.as_str() {
            "°C" => Scale::Celsius,
            "°F" => Scale::Fahrenheit,
            "K" => Scale::Kelvin,
            _ => return None,
        };
        (sensor.mode == Mode::Instantaneous).then(|| Self {
            id: sensor.id.clone(),
            scale,
        })
    }
}

/// The mean of each hour of local dates in °C, the first and the last whole.
///
/// # Errors
/// [`ConsumptionError::TooLong`], or when the read model can't be read.
pub async fn felt(
    tx: &mut TenantTx,
    thermometer: &Thermometer,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<Hour>, ConsumptionError> {
    if (last - first).num_days() >= MOST_ROWS {
        return Err(ConsumptionError::TooLong);
    }
    let totals = readings::hour_totals(tx, &[&thermometer.id], first, last).await?;
    let hour = |one: readings::DayTotal| {
        Some(Hour {
            start: one.total.bucket.start,
            value: thermometer.scale.celsius(one.total.rollup.mean()?.to_f64()),
        })
    };
    Ok(totals.into_iter().filter_map(hour).collect())
}

impl Scale {
    fn celsius(self, degrees: f64) -> f64 {
        match self {
            Self::Celsius => degrees,
            Self::Fahrenheit => (degrees - 32.0) / 1.8,
            Self::Kelvin => degrees - 273.15,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn water_freezes_at_zero_on_every_scale() {
        assert_eq!(Scale::Celsius.celsius(0.0), 0.0);
        assert_eq!(Scale::Fahrenheit.celsius(32.0), 0.0);
        assert_eq!(Scale::Kelvin.celsius(273.15), 0.0);
        assert_eq!(Scale::Fahrenheit.celsius(212.0), 100.0);
    }
}
