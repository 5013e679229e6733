//! Small numerics that several parts of this crate share.

mod normal_equations;
mod quantile;

pub use normal_equations::NormalEquations;
pub use quantile::{conformal_bounds, mean, quantile};
