//! From a past to a model.

use std::ops::ControlFlow;

use super::backtest::{Backtest, Track};
use super::calendar::Calendar;
use super::calibration::Calibration;
use super::frame::Frame;
use super::judgement::{Judged, judge};
use super::model::{Learnt, Model};
use super::note::notes;
use super::options::{ForecastError, Options, Watch};
use super::past::{floor, need, newest};
use super::plan::Plan;
use super::series::Series;

/// Fits every family that the history suffices for, chooses the best by a backtest, judges it on the
/// newest values, which the choice has not seen, and calibrates its intervals.
///
/// `history` may have gaps and may be negative (feed-in). `temperature`, in °C at the same step, may
/// be absent or have gaps; what of it lies behind the history is not used here. `watch` hears of the
/// progress and may end it.
///
/// # Errors
/// When less than four days of hours, or eight days, are known; when an option is out of range, the
/// steps differ or lie beyond the calendar; when `watch` ended it.
pub fn fit(
    history: &Series,
    calendar: &Calendar,
    temperature: Option<&Series>,
    options: &Options,
    watch: Watch<'_>,
) -> Result<Model, ForecastError> {
    options.check()?;
    let history = newest(history)?;
    let frame = Frame::new(&history, 0, calendar, temperature, options.outlook)?.cut();
    let plan = Plan::new(frame.truth.len(), frame.step.per_day());
    let backtest = Backtest {
        frame: &frame,
        plan: &plan,
        horizon: options.horizon,
        floor: floor(&frame.truth),
    };
    let all = compete(&backtest, backtest.run(watch)?);
    let chosen = best(&all).ok_or_else(|| too_short(&frame))?;
    let last = &chosen.track.fitted;
    let now = frame.view(frame.truth.len(), 0);
    let fitted = last.again(&now).unwrap_or_else(|| last.clone());
    let calibration = Calibration::new(&backtest, chosen, options.level);
    let learnt = Learnt {
        fitted,
        floor: backtest.floor,
        judgement: judge(&backtest, &all, chosen, &calibration, options.level),
        intervals: calibration.intervals,
        stretch: calibration.stretch,
        notes: notes(&frame, options.outlook),
    };
    let model = Model::new(&frame, *options, learnt);
    match watch(backtest.whole()) {
        ControlFlow::Continue(()) => Ok(model),
        ControlFlow::Break(()) => Err(ForecastError::Cancelled),
    }
}

fn too_short(frame: &Frame) -> ForecastError {
    ForecastError::TooShort {
        have: frame.truth.iter().filter(|value| !value.is_nan()).count(),
        need: need(frame.step),
    }
}

/// All tracks with their errors, and beside them the mean of the best that are not naive.
fn compete(backtest: &Backtest<'_>, tracks: Vec<Track>) -> Vec<Judged> {
    let mut all: Vec<Judged> = tracks
        .into_iter()
        .map(|track| Judged::new(backtest, track))
        .collect();
    let mut best: Vec<&Judged> = all
        .iter()
        .filter(|judged| !judged.is_naive() && judged.backtest_mae.is_some())
        .collect();
    best.sort_by(|left, right| error(left).total_cmp(&error(right)));
    best.truncate(3);
    if best.len() > 1 {
        let members: Vec<&Track> = best.iter().map(|judged| &judged.track).collect();
        let average = backtest.average(&members);
        all.push(Judged::new(backtest, average));
    }
    all
}

/// The one that erred least in the backtest; of equals the simplest.
fn best(all: &[Judged]) -> Option<&Judged> {
    all.iter()
        .min_by(|left, right| error(left).total_cmp(&error(right)))
}

fn error(judged: &Judged) -> f64 {
    judged.backtest_mae.unwrap_or(f64::INFINITY)
}
