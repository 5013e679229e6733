//! Forecasts: `/api/v1/citypulse/energy/forecast`. A worker fits and keeps them; nothing is fitted here.

mod answer;
mod route;

pub use route::{__path_energy_forecast, energy_forecast};
