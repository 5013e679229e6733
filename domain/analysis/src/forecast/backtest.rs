//! What each family would have foretold.

use std::ops::ControlFlow;

use super::families::{Family, Fitted, average};
use super::frame::Frame;
use super::options::{ForecastError, Progress, Watch};
use super::plan::Plan;

/// A family's forecasts from every origin of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub family: Family,
    /// As it was fitted last.
    pub fitted: Fitted,
    /// The forecast of each origin, cut at the end of what is known.
    pub forecasts: Vec<Vec<f64>>,
}

/// Everything that forecasts from the past are made with.
pub(crate) struct Backtest<'a> {
    pub frame: &'a Frame,
    pub plan: &'a Plan,
    pub horizon: usize,
    /// What no forecast goes below.
    pub floor: Option<f64>,
}

impl Backtest<'_> {
    /// All families that the past suffices for.
    ///
    /// # Errors
    /// When the watch ends it.
    pub fn run(&self, watch: Watch<'_>) -> Result<Vec<Track>, ForecastError> {
        let mut progress = Progress {
            done: 0,
            ..self.whole()
        };
        let mut tracks = Vec::new();
        for family in Family::SINGLE {
            let mut track: Option<Track> = None;
            for (nth, fold) in self.plan.folds().enumerate() {
                if nth == 0 {
                    track = self.begin(family, fold);
                }
                track = track.and_then(|track| self.go_on(track, fold));
                progress.done += 1;
                if watch(progress) == ControlFlow::Break(()) {
                    return Err(ForecastError::Cancelled);
                }
            }
            tracks.extend(track);
        }
        Ok(tracks)
    }

    /// The progress of a fit that is done: each family in each fold, and what follows.
    pub fn whole(&self) -> Progress {
        let total = Family::SINGLE.len() * self.plan.folds().count() + 1;
        Progress { done: total, total }
    }

    /// Fits a family to what was known before the first origin.
    fn begin(&self, family: Family, fold: &[usize]) -> Option<Track> {
        let view = self.frame.view(*fold.first()?, 0);
        Some(Track {
            family,
            fitted: family.fit(&view, self.horizon)?,
            forecasts: Vec::new(),
        })
    }

    /// Fits it anew at the fold's first origin, and foretells from each.
    fn go_on(&self, mut track: Track, fold: &[usize]) -> Option<Track> {
        if !track.forecasts.is_empty() {
            track.fitted = track.fitted.again(&self.frame.view(*fold.first()?, 0))?;
        }
        for origin in fold {
            let view = self.frame.view(*origin, self.horizon);
            let forecast = track.fitted.foretell(&view)?;
            track.forecasts.push(floored(forecast, self.floor));
        }
        Some(track)
    }

    /// The mean of several families.
    pub fn average(&self, members: &[&Track]) -> Track {
        let forecast = |nth: usize| {
            let forecasts = members.iter().map(|track| track.forecasts[nth].clone());
            average(&forecasts.collect::<Vec<_>>())
        };
        Track {
            family: Family::Average,
            fitted: Fitted::Average(members.iter().map(|track| track.fitted.clone()).collect()),
            forecasts: (0..self.plan.origins.len()).map(forecast).collect(),
        }
    }

    /// What a track was wrong by (measured less foretold) in each origin's steps; NaN where nothing
    /// was measured.
    pub fn errors(&self, track: &Track) -> Vec<Vec<f64>> {
        let pairs = self.plan.origins.iter().zip(&track.forecasts);
        pairs
            .map(|(origin, forecast)| {
                let truth = &self.frame.truth[*origin..];
                truth
                    .iter()
                    .zip(forecast)
                    .map(|(truth, value)| truth - value)
                    .collect()
            })
            .collect()
    }
}

/// Nothing below what a meter can show.
pub(crate) fn floored(mut forecast: Vec<f64>, floor: Option<f64>) -> Vec<f64> {
    if let Some(floor) = floor {
        for value in &mut forecast {
            *value = value.max(floor);
        }
    }
    forecast
}
