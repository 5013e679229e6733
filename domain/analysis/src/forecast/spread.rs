//! How large errors usually are.

use serde::{Deserialize, Serialize};

use crate::stats::mean;

use super::interval::Miss;

/// The usual size of an error: a line in the size of the forecast, times what is usual at the hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    base: f64,
    slope: f64,
    hours: [f64; 24],
}

impl Spread {
    pub fn new(misses: &[Miss]) -> Self {
        let (base, slope) = line(misses);
        let mut hours = [(20.0, 20.0); 24];
        for miss in misses {
            let usual = base + slope * miss.foretold.abs();
            if usual > 0.0 {
                hours[miss.hour].0 += miss.error.abs() / usual;
                hours[miss.hour].1 += 1.0;
            }
        }
        Self {
            base,
            slope,
            hours: hours.map(|(sum, count)| sum / count),
        }
    }

    /// At an hour, around a forecast.
    pub fn at(&self, hour: usize, foretold: f64) -> f64 {
        (self.base + self.slope * foretold.abs()) * self.hours[hour.min(23)]
    }

    /// An error in units of what is usual.
    pub fn score(&self, miss: &Miss) -> f64 {
        let usual = self.at(miss.hour, miss.foretold);
        if usual > 0.0 { miss.error / usual } else { 0.0 }
    }
}

/// The line through the size of errors over the size of forecasts, by least squares, that falls
/// nowhere and stays above a fiftieth of the mean error.
fn line(misses: &[Miss]) -> (f64, f64) {
    let Some(size) = mean(misses.iter().map(|miss| miss.error.abs())) else {
        return (0.0, 0.0);
    };
    let centre = mean(misses.iter().map(|miss| miss.foretold.abs())).unwrap_or(0.0);
    let (mut product, mut square) = (0.0, 0.0);
    for miss in misses {
        let off = miss.foretold.abs() - centre;
        product += off * (miss.error.abs() - size);
        square += off * off;
    }
    let steepest = if centre > 0.0 {
        0.98 * size / centre
    } else {
        0.0
    };
    let slope = if square > 0.0 {
        (product / square).clamp(0.0, steepest)
    } else {
        0.0
    };
    (size - slope * centre, slope)
}
