//! The model itself: base load and up to two branches.

use serde::{Deserialize, Serialize};

/// What a day uses at a mean outdoor temperature (3.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DegreeDayModel {
    pub degrees: Degrees,
    pub base_kwh_per_day: f64,
    pub heating: Option<Branch>,
    pub cooling: Option<Branch>,
}

/// What the degrees of a day are taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Degrees {
    /// The mean temperature of the day (3.3.4, 3.3.5).
    Mean,
    /// Each hour: the mean of their degrees, so that a day with a warm afternoon and a cold night both cools
    /// and heats (CalTRACK issue 120, "Calculate Degree Days using Degree Hours when available").
    Hours,
}

/// A load that begins at a balance point and grows with every degree beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    pub balance_celsius: f64,
    pub kwh_per_degree_day: f64,
    /// How probable a slope this steep would be if temperature had no effect (two-sided t-test);
    /// `None` where the residuals leave nothing to test with.
    pub p_value: Option<f64>,
}

/// What a day uses, by what for, in kWh.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    pub base_kwh: f64,
    pub heating_kwh: f64,
    pub cooling_kwh: f64,
}

impl Load {
    pub fn total_kwh(&self) -> f64 {
        self.base_kwh + self.heating_kwh + self.cooling_kwh
    }

    pub(crate) fn times(&self, factor: f64) -> Self {
        Self {
            base_kwh: self.base_kwh * factor,
            heating_kwh: self.heating_kwh * factor,
            cooling_kwh: self.cooling_kwh * factor,
        }
    }
}

impl std::ops::AddAssign for Load {
    fn add_assign(&mut self, other: Self) {
        self.base_kwh += other.base_kwh;
        self.heating_kwh += other.heating_kwh;
        self.cooling_kwh += other.cooling_kwh;
    }
}

impl DegreeDayModel {
    /// The load of one day with these outdoor temperatures, hour by hour or just their mean (3.6.1).
    pub fn load(&self, celsius: &[f64]) -> Load {
        let branch = |branch: Option<Branch>, side: Side| {
            branch.map_or(0.0, |branch| {
                branch.kwh_per_degree_day * self.degrees.of(side, branch.balance_celsius, celsius)
            })
        };
        Load {
            base_kwh: self.base_kwh_per_day,
            heating_kwh: branch(self.heating, Side::Heating),
            cooling_kwh: branch(self.cooling, Side::Cooling),
        }
    }

    /// How many temperature terms the model has, 0 to 2.
    pub fn terms(&self) -> usize {
        usize::from(self.heating.is_some()) + usize::from(self.cooling.is_some())
    }
}

/// Below or above a balance point.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Heating,
    Cooling,
}

impl Degrees {
    /// Degree days of one day in °C; none of no temperatures.
    pub(super) fn of(self, side: Side, balance_celsius: f64, celsius: &[f64]) -> f64 {
        let beyond = |celsius: f64| match side {
            Side::Heating => (balance_celsius - celsius).max(0.0),
            Side::Cooling => (celsius - balance_celsius).max(0.0),
        };
        let hours = celsius.len() as f64;
        match self {
            _ if celsius.is_empty() => 0.0,
            Self::Mean => beyond(celsius.iter().sum::<f64>() / hours),
            Self::Hours => celsius.iter().copied().map(beyond).sum::<f64>() / hours,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_cold_and_warm_hours_heats_and_cools_by_its_hours_and_not_by_its_mean() {
        let day = [[8.0; 12], [28.0; 12]].concat();
        let of = |degrees: Degrees, side| degrees.of(side, 18.0, &day);
        assert_eq!(of(Degrees::Mean, Side::Heating), 0.0);
        assert_eq!(of(Degrees::Hours, Side::Heating), 5.0);
        assert_eq!(of(Degrees::Hours, Side::Cooling), 5.0);
    }

    #[test]
    fn no_temperatures_are_no_degrees() {
        assert_eq!(Degrees::Mean.of(Side::Cooling, 18.0, &[]), 0.0);
        assert_eq!(Degrees::Hours.of(Side::Heating, 18.0, &[]), 0.0);
    }
}
