//! What a forecast has earned: figures that come with every one.

use serde::{Deserialize, Serialize};

use crate::stats::mean;

use super::backtest::{Backtest, Track};
use super::calibration::Calibration;
use super::families::Family;
use super::interval::{Intervals, Miss};
use super::plan::CALIBRATING;
use super::stretch::{Side, Stretch};

/// How good a family of models was on steps that the choice among families had not seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Judgement {
    /// The family that was chosen.
    pub family: Family,
    /// Its mean absolute scaled error on the holdout: the mean absolute error over that of the best
    /// naive forecast one period ahead within the time before (Hyndman and Koehler, Another look at
    /// measures of forecast accuracy, International Journal of Forecasting 22(4), 2006). None where
    /// nothing was measured, or the scale is zero.
    pub mase: Option<f64>,
    /// The naive family that was best on the holdout, in hindsight, and what it earned.
    pub naive: Family,
    pub naive_mase: Option<f64>,
    /// The share of values of the holdout within their interval, which was made by what was known
    /// before them: calibrated anew each week, followed each day. None where nothing could be
    /// compared.
    pub coverage: Option<f64>,
    /// What the share should be.
    pub level: f64,
    pub holdout: Holdout,
    /// Every family that was tried, the best of the backtest first.
    pub table: Vec<Score>,
}

/// The steps by which was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holdout {
    /// Indices of the first step and the one after the last.
    pub start: i64,
    pub end: i64,
    /// How many forecasts were made, and how many of their values were compared.
    pub origins: usize,
    pub values: usize,
}

/// What one family earned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Score {
    pub family: Family,
    /// On the backtest by which the choice was made: mean absolute error in the unit of the series,
    /// and scaled.
    pub backtest_mae: Option<f64>,
    pub backtest_mase: Option<f64>,
    /// On the holdout.
    pub holdout_mae: Option<f64>,
    pub holdout_mase: Option<f64>,
}

/// A track with what it was wrong by.
pub(crate) struct Judged {
    pub track: Track,
    /// Of each origin's steps; NaN where nothing was measured.
    errors: Vec<Vec<f64>>,
    pub backtest_mae: Option<f64>,
    pub holdout_mae: Option<f64>,
}

impl Judged {
    pub fn new(backtest: &Backtest<'_>, track: Track) -> Self {
        let errors = backtest.errors(&track);
        let (plan, holdout) = (backtest.plan, backtest.plan.holdout());
        let chosen_by = plan.origins.iter().zip(&errors).take(plan.judging);
        // Forecasts that reach into the holdout are cut there: the choice must not see it.
        let seen = chosen_by.flat_map(|(origin, errors)| {
            errors.iter().take(holdout.saturating_sub(*origin)).copied()
        });
        let backtest_mae = mean_size(seen);
        let holdout_mae = mean_size(errors.iter().skip(plan.judging).flatten().copied());
        Self {
            track,
            errors,
            backtest_mae,
            holdout_mae,
        }
    }

    pub fn is_naive(&self) -> bool {
        self.track.family.is_naive()
    }

    /// Errors of the newest forecasts made before `origin` that were known by then.
    fn misses(&self, backtest: &Backtest<'_>, origin: usize) -> Vec<Miss> {
        let origins = &backtest.plan.origins;
        let end = origins.partition_point(|earlier| *earlier < origin);
        let newest = end.saturating_sub(CALIBRATING)..end;
        let mut misses = Vec::new();
        for nth in newest {
            let known = origin - origins[nth];
            let steps = self.errors[nth]
                .iter()
                .zip(&self.track.forecasts[nth])
                .take(known);
            for (ahead, (error, foretold)) in steps.enumerate().filter(|(_, (e, _))| !e.is_nan()) {
                misses.push(Miss {
                    ahead,
                    hour: backtest.frame.slots[origins[nth] + ahead].hour,
                    foretold: *foretold,
                    error: *error,
                });
            }
        }
        misses
    }

    /// Intervals by everything that is known at `origin`.
    pub fn intervals(&self, backtest: &Backtest<'_>, level: f64, origin: usize) -> Intervals {
        Intervals::new(&self.misses(backtest, origin), level)
    }

    /// What was measured in one of its forecasts beside the interval that was given for it.
    pub fn compare(
        &self,
        backtest: &Backtest<'_>,
        nth: usize,
        intervals: &Intervals,
        stretch: Stretch,
    ) -> Vec<Option<Side>> {
        let origin = backtest.plan.origins[nth];
        let steps = self.errors[nth].iter().zip(&self.track.forecasts[nth]);
        let side = |(ahead, (error, foretold)): (usize, (&f64, &f64))| {
            let hour = backtest.frame.slots[origin + ahead].hour;
            let (low, high) = intervals.around(ahead, hour, *foretold, stretch);
            (!error.is_nan()).then(|| Side::of(foretold + error, low, high))
        };
        steps.enumerate().map(side).collect()
    }
}

/// Judges the chosen one of all.
pub(crate) fn judge(
    backtest: &Backtest<'_>,
    all: &[Judged],
    chosen: &Judged,
    calibration: &Calibration,
    level: f64,
) -> Judgement {
    let Calibration { values, within, .. } = *calibration;
    let by_holdout = |judged: &&Judged| judged.holdout_mae.unwrap_or(f64::INFINITY);
    let naive = all
        .iter()
        .filter(|judged| judged.is_naive())
        .min_by(|left, right| by_holdout(left).total_cmp(&by_holdout(right)));
    let yardstick = naive.map_or(Family::NaiveDaily, |judged| judged.track.family);
    let scale = scale(backtest, yardstick);
    let scaled = |error: Option<f64>| error.zip(scale).map(|(error, scale)| error / scale);
    let index = |step: usize| {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        backtest.frame.start.saturating_add(step)
    };
    let plan = backtest.plan;
    let mut table: Vec<Score> = all
        .iter()
        .map(|judged| Score {
            family: judged.track.family,
            backtest_mae: judged.backtest_mae,
            backtest_mase: scaled(judged.backtest_mae),
            holdout_mae: judged.holdout_mae,
            holdout_mase: scaled(judged.holdout_mae),
        })
        .collect();
    let by_backtest = |score: &Score| score.backtest_mae.unwrap_or(f64::INFINITY);
    table.sort_by(|left, right| by_backtest(left).total_cmp(&by_backtest(right)));
    Judgement {
        family: chosen.track.family,
        mase: scaled(chosen.holdout_mae),
        naive: yardstick,
        naive_mase: scaled(naive.and_then(|judged| judged.holdout_mae)),
        coverage: (values > 0).then(|| within as f64 / values as f64),
        level,
        holdout: Holdout {
            start: index(plan.holdout().min(backtest.frame.truth.len())),
            end: index(backtest.frame.truth.len()),
            origins: plan.origins.len() - plan.judging,
            values,
        },
        table,
    }
}

/// The mean absolute difference of values one naive period apart, before the holdout.
fn scale(backtest: &Backtest<'_>, naive: Family) -> Option<f64> {
    let days = if naive == Family::NaiveWeekly { 7 } else { 1 };
    let period = days * backtest.frame.step.per_day();
    let truth = &backtest.frame.truth;
    let before = &truth[..backtest.plan.holdout().min(truth.len())];
    let later = before.get(period..).unwrap_or(&[]);
    mean_size(
        later
            .iter()
            .zip(before)
            .map(|(later, earlier)| later - earlier),
    )
    .filter(|scale| *scale > 0.0)
}

/// The mean size of what is known.
fn mean_size(errors: impl Iterator<Item = f64>) -> Option<f64> {
    mean(errors.filter(|error| !error.is_nan()).map(f64::abs))
}
