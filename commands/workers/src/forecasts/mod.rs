//! Fits forecasts and keeps them: of all that each building uses, and of each sensor that a rule compares with
//! its forecast.
//!
//! A [`Forecaster`] looks for what is to be forecast, and fits one model after the other, each on a thread of its
//! own, whenever readings have got a day further. Any number may run: whoever fits has its subject leased.

mod discover;
mod error;
mod fit;
mod history;
mod runner;
mod store;

pub use error::ForecastsError;
pub use runner::Forecaster;
