//! Weather-normalised savings: `/api/v1/citypulse/energy/savings`.

mod answer;
mod question;
mod route;

pub use route::{__path_energy_savings, energy_savings};
