//! What a worker keeps, and what it foretells.

use serde::{Deserialize, Serialize};

use super::backtest::floored;
use super::calendar::Calendar;
use super::families::{Family, Fitted};
use super::frame::Frame;
use super::interval::Intervals;
use super::judgement::Judgement;
use super::note::Note;
use super::options::{ForecastError, Options, Outlook};
use super::series::{Series, Step};
use super::stretch::Stretch;

/// A fitted model: all that is needed to foretell, with the newest values that it looks at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    options: Options,
    history: Series,
    temperature: Option<Series>,
    learnt: Learnt,
}

/// What came of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Learnt {
    pub fitted: Fitted,
    pub intervals: Intervals,
    pub stretch: Stretch,
    /// What no forecast goes below.
    pub floor: Option<f64>,
    pub judgement: Judgement,
    pub notes: Vec<Note>,
}

/// A forecast and what it has earned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forecast {
    pub step: Step,
    pub points: Vec<Point>,
    pub family: Family,
    pub judgement: Judgement,
    pub notes: Vec<Note>,
}

/// One step ahead, in the unit of the history.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// See [`Step`].
    pub index: i64,
    /// The expected value.
    pub predicted: f64,
    /// Between these it lies with the probability of the judgement's level, as far as coverage bears
    /// that out.
    pub lower: f64,
    pub upper: f64,
}

impl Model {
    /// With as much of the frame's past as the family looks at.
    pub(crate) fn new(frame: &Frame, options: Options, learnt: Learnt) -> Self {
        let (history, temperature) = frame.newest(learnt.fitted.memory(frame.step));
        Self {
            options,
            history,
            temperature,
            learnt,
        }
    }

    /// What it has earned.
    pub fn judgement(&self) -> &Judgement {
        &self.learnt.judgement
    }

    /// How it came about.
    pub fn notes(&self) -> &[Note] {
        &self.learnt.notes
    }

    /// The index of the first step that it foretells.
    pub fn origin(&self) -> i64 {
        self.history.end()
    }

    /// Takes in values that were measured since, and corrections of those it holds, without fitting
    /// anew. The origin moves to the end of `history`, also when its last values are unknown. Values of
    /// another step are ignored.
    pub fn observe(&mut self, history: &Series, temperature: Option<&Series>) {
        if history.values.is_empty() || history.step != self.history.step {
            return;
        }
        let memory = self.learnt.fitted.memory(self.history.step);
        let end = self.history.end().max(history.end());
        take_in(&mut self.history, history, end, memory);
        if let (Some(held), Some(newer)) = (&mut self.temperature, temperature) {
            take_in(held, newer, end, memory);
        }
    }

    /// The next `horizon` steps.
    ///
    /// `calendar` knows the holidays to come as well as those of the past; `temperature` is that of
    /// the steps ahead, in °C, where the model was fitted for it ([`Outlook::Forecast`]).
    ///
    /// # Errors
    /// When the horizon is longer than what was fitted; when the model needs the temperature ahead and
    /// less than four fifths of it are known; when the steps differ or lie beyond the calendar.
    pub fn forecast(
        &self,
        horizon: usize,
        calendar: &Calendar,
        temperature: Option<&Series>,
    ) -> Result<Forecast, ForecastError> {
        let most = self.options.horizon;
        if !(1..=most).contains(&horizon) {
            return Err(ForecastError::Horizon { most });
        }
        let air = self.air(horizon, temperature)?;
        let outlook = self.options.outlook;
        let frame = Frame::new(&self.history, horizon, calendar, air.as_ref(), outlook)?;
        let view = frame.view(self.history.values.len(), horizon);
        let unknown = ForecastError::Weather {
            have: 0,
            need: horizon,
        };
        let foretold = floored(
            self.learnt.fitted.foretell(&view).ok_or(unknown)?,
            self.learnt.floor,
        );
        let hours = view.slots[view.ahead()].iter().map(|slot| slot.hour);
        let points = (self.origin()..)
            .zip(foretold.into_iter().zip(hours))
            .enumerate();
        Ok(Forecast {
            step: self.history.step,
            points: points
                .map(|(ahead, (index, (value, hour)))| self.point(index, ahead, hour, value))
                .collect(),
            family: self.learnt.judgement.family,
            judgement: self.learnt.judgement.clone(),
            notes: self.learnt.notes.clone(),
        })
    }

    fn point(&self, index: i64, ahead: usize, hour: usize, predicted: f64) -> Point {
        let (lower, upper) =
            self.learnt
                .intervals
                .around(ahead, hour, predicted, self.learnt.stretch);
        Point {
            index,
            predicted,
            lower: self.learnt.floor.map_or(lower, |floor| lower.max(floor)),
            upper,
        }
    }

    /// The temperature of the past, and of the steps ahead where it is given.
    fn air(&self, horizon: usize, ahead: Option<&Series>) -> Result<Option<Series>, ForecastError> {
        let Some(held) = &self.temperature else {
            return Ok(None);
        };
        if ahead.is_some_and(|ahead| ahead.step != held.step) {
            return Err(ForecastError::Steps);
        }
        let given = ahead.map_or_else(
            || vec![f64::NAN; horizon],
            |ahead| ahead.window(self.origin(), horizon),
        );
        let have = given.iter().filter(|value| !value.is_nan()).count();
        let asked = self.options.outlook == Outlook::Forecast && self.learnt.fitted.asks_weather();
        if asked && have * 5 < horizon * 4 {
            return Err(ForecastError::Weather {
                have,
                need: horizon,
            });
        }
        let mut air = held.clone();
        air.values.resize(self.history.values.len(), None);
        air.values.extend(
            given
                .into_iter()
                .map(|value| (!value.is_nan()).then_some(value)),
        );
        Ok(Some(air))
    }
}

/// Overwrites what is held by what is newer, up to `end`, and forgets what is too old.
fn take_in(held: &mut Series, newer: &Series, end: i64, memory: usize) {
    if newer.step != held.step {
        return;
    }
    let count = usize::try_from(end.saturating_sub(held.start)).unwrap_or(usize::MAX);
    let kept = count.min(memory);
    let start = end.saturating_sub(i64::try_from(kept).unwrap_or(i64::MAX));
    let old = held.window(start, kept);
    let new = newer.window(start, kept);
    let value = |(old, new): (f64, f64)| Some(if new.is_nan() { old } else { new });
    held.values = old
        .into_iter()
        .zip(new)
        .map(value)
        .map(|value| value.filter(|value| !value.is_nan()))
        .collect();
    held.start = start;
}
