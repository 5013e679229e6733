//! What a forecast is asked for, and why it can't be had.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

/// What is known of the weather of the hours to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outlook {
    /// A weather forecast comes with each request. The judgement then stands for a forecast that is
    /// right: it is earned with the temperature that was measured.
    Forecast,
    /// Nothing: the temperature is continued from its past, in the judgement as in the forecast.
    Unknown,
}

/// What a forecast is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// How many steps ahead, 1 to 744.
    pub horizon: usize,
    /// The share of values that intervals shall hold, 0.5 to 0.99.
    pub level: f64,
    pub outlook: Outlook,
}

impl Default for Options {
    /// Two days of hours, nine of ten values within their interval, no weather forecast.
    fn default() -> Self {
        Self {
            horizon: 48,
            level: 0.9,
            outlook: Outlook::Unknown,
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<(), ForecastError> {
        if !(1..=Self::LONGEST).contains(&self.horizon) {
            return Err(ForecastError::Horizon {
                most: Self::LONGEST,
            });
        }
        if !(0.5..=0.99).contains(&self.level) {
            return Err(ForecastError::Level);
        }
        Ok(())
    }

    /// The longest horizon in steps: a month of hours.
    pub const LONGEST: usize = 744;
}

/// How far a fit has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: usize,
    pub total: usize,
}

/// Hears how far a fit has come, and may end it.
pub type Watch<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Why there is no forecast.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ForecastError {
    /// The horizon is zero or longer than what was fitted.
    #[error("the horizon must be 1 to {most} steps")]
    Horizon { most: usize },
    /// The level is out of range.
    #[error("the level must be 0.5 to 0.99")]
    Level,
    /// Too little is known to say anything.
    #[error("{have} values are known, a forecast needs {need}")]
    TooShort { have: usize, need: usize },
    /// History and temperature are not of the same step.
    #[error("history and temperature must have the same step")]
    Steps,
    /// The series reaches beyond what the calendar knows.
    #[error("the series lies beyond the calendar")]
    Calendar,
    /// The model was fitted for forecasts that come with the temperature of their steps.
    #[error(
        "the temperature of {have} of {need} steps ahead is known, the model needs four fifths"
    )]
    Weather { have: usize, need: usize },
    /// The watch ended the fit.
    #[error("the fit was ended before it was done")]
    Cancelled,
}
