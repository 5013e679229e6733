//! The families of models that compete for a meter.

mod analogue;
mod naive;
mod regression;
mod smoothing;

use serde::{Deserialize, Serialize};

use analogue::Analogue;
use naive::Naive;
use regression::Regression;
use smoothing::Smoothing;

use super::frame::View;
use super::series::Step;

/// A way to foretell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// As the day before.
    NaiveDaily,
    /// As the same weekday a week before.
    NaiveWeekly,
    /// Exponential smoothing with a daily and a weekly season.
    Smoothing,
    /// Hour of the week, season and temperature, by ridge regression.
    Regression,
    /// The days of the past that were most like the day to come.
    Analogue,
    /// The mean of the best of the others.
    Average,
}

impl Family {
    /// All that can be fitted by themselves.
    pub(crate) const SINGLE: [Self; 5] = [
        Self::NaiveDaily,
        Self::NaiveWeekly,
        Self::Smoothing,
        Self::Regression,
        Self::Analogue,
    ];

    /// Whether it only repeats what was.
    pub fn is_naive(self) -> bool {
        matches!(self, Self::NaiveDaily | Self::NaiveWeekly)
    }

    /// Fits it to all that is known, for forecasts of up to `horizon` steps; none where too little is.
    pub(crate) fn fit(self, view: &View<'_>, horizon: usize) -> Option<Fitted> {
        match self {
            Self::NaiveDaily => Naive::fit(view, 1).map(Fitted::Naive),
            Self::NaiveWeekly => Naive::fit(view, 7).map(Fitted::Naive),
            Self::Smoothing => Smoothing::fit(view, horizon).map(Fitted::Smoothing),
            Self::Regression => Regression::fit(view, horizon).map(Fitted::Regression),
            Self::Analogue => Analogue::fit(view, horizon).map(Fitted::Analogue),
            Self::Average => None,
        }
    }
}

/// A model of some family with everything it has learnt but the newest values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fitted {
    Naive(Naive),
    Smoothing(Smoothing),
    Regression(Regression),
    Analogue(Analogue),
    /// Bates and Granger, The combination of forecasts, Operational Research Quarterly 20(4), 1969;
    /// equal weights are hard to beat (Clemen, International Journal of Forecasting 5(4), 1989).
    Average(Vec<Fitted>),
}

impl Fitted {
    /// The same family and settings, fitted to what is known now.
    pub fn again(&self, view: &View<'_>) -> Option<Self> {
        match self {
            Self::Naive(_) | Self::Smoothing(_) | Self::Analogue(_) => Some(self.clone()),
            Self::Regression(regression) => regression.again(view).map(Self::Regression),
            Self::Average(members) => members
                .iter()
                .map(|member| member.again(view))
                .collect::<Option<_>>()
                .map(Self::Average),
        }
    }

    /// The value of each step ahead; none when one isn't finite.
    pub fn foretell(&self, view: &View<'_>) -> Option<Vec<f64>> {
        let values = match self {
            Self::Naive(naive) => naive.foretell(view),
            Self::Smoothing(smoothing) => smoothing.foretell(view),
            Self::Regression(regression) => regression.foretell(view),
            Self::Analogue(analogue) => analogue.foretell(view),
            Self::Average(members) => average(
                &members
                    .iter()
                    .map(|member| member.foretell(view))
                    .collect::<Option<Vec<_>>>()?,
            ),
        };
        values
            .iter()
            .all(|value| value.is_finite())
            .then_some(values)
    }

    /// Whether the temperature ahead matters to it.
    pub fn asks_weather(&self) -> bool {
        match self {
            Self::Naive(_) | Self::Smoothing(_) => false,
            Self::Regression(regression) => regression.asks_weather(),
            Self::Analogue(analogue) => analogue.weather,
            Self::Average(members) => members.iter().any(Self::asks_weather),
        }
    }

    /// How many of the newest steps it looks at when it foretells.
    pub fn memory(&self, step: Step) -> usize {
        let days = match self {
            Self::Naive(naive) => naive.memory(),
            Self::Smoothing(_) => Smoothing::MEMORY,
            Self::Regression(_) => Regression::MEMORY,
            Self::Analogue(_) => Analogue::MEMORY,
            Self::Average(members) => {
                return members.iter().map(|m| m.memory(step)).max().unwrap_or(0);
            }
        };
        days * step.per_day()
    }
}

/// The mean of forecasts of the same steps.
pub(crate) fn average(forecasts: &[Vec<f64>]) -> Vec<f64> {
    let steps = forecasts.iter().map(Vec::len).min().unwrap_or(0);
    let count = forecasts.len() as f64;
    (0..steps)
        .map(|step| forecasts.iter().map(|forecast| forecast[step]).sum::<f64>() / count)
        .collect()
}

/// The origins of the last days of what is known, from which settings are tried.
fn trials(view: &View<'_>) -> Vec<usize> {
    let per_day = view.step.per_day();
    let days = (view.days() / 4).min(28);
    (1..=days)
        .rev()
        .map(|day| view.past.len() - day * per_day)
        .collect()
}

/// The sum of squared errors of a forecast from `origin` on, and of how many values.
fn squared_errors(view: &View<'_>, origin: usize, forecast: &[f64]) -> (f64, usize) {
    let errors = view.past[origin..]
        .iter()
        .zip(forecast)
        .map(|(truth, value)| truth - value)
        .filter(|error| !error.is_nan());
    errors.fold((0.0, 0), |(sum, count), e| (sum + e * e, count + 1))
}
