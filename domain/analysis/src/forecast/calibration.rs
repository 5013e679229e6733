//! How the intervals of a family would have held, day after day.

use super::backtest::Backtest;
use super::interval::Intervals;
use super::judgement::Judged;
use super::stretch::{Side, Stretch};

/// The newest intervals, and how those before them held on the holdout.
pub(crate) struct Calibration {
    pub intervals: Intervals,
    pub stretch: Stretch,
    /// Values of the holdout that were compared, and how many of them lay within.
    pub values: usize,
    pub within: usize,
}

/// Intervals are calibrated anew after so many days.
const WEEK: usize = 7;

impl Calibration {
    /// Walks through the origins of the plan as time did: at each, intervals are made of what was known
    /// then, and the stretch follows what became known since the one before.
    pub fn new(backtest: &Backtest<'_>, judged: &Judged, level: f64) -> Self {
        let plan = backtest.plan;
        let end = backtest.frame.truth.len();
        let mut stretch = Stretch::NONE;
        let mut intervals = Intervals::new(&[], level);
        let mut given: Vec<Vec<Option<Side>>> = Vec::new();
        // The first weeks are for calibration alone.
        let first = (plan.judging / 2).min(4 * WEEK);
        for nth in first..plan.origins.len() {
            let origin = plan.origins[nth];
            if (nth - first).is_multiple_of(WEEK) || nth == plan.judging {
                intervals = judged.intervals(backtest, level, origin);
            }
            stretch.follow(&newly_known(&given, backtest), level);
            // An interval that was made of nothing is no promise.
            given.push(if intervals.is_empty() {
                Vec::new()
            } else {
                judged.compare(backtest, nth, &intervals, stretch)
            });
        }
        stretch.follow(&newly_known(&given, backtest), level);
        let holdout = given.iter().skip(plan.judging - first).flatten().flatten();
        let (values, within) = holdout.fold((0, 0), |(values, within), side| {
            (values + 1, within + usize::from(*side == Side::Within))
        });
        Self {
            intervals: judged.intervals(backtest, level, end),
            stretch,
            values,
            within,
        }
    }
}

/// What became known within the day after the last origin.
fn newly_known(given: &[Vec<Option<Side>>], backtest: &Backtest<'_>) -> Vec<Side> {
    let per_day = backtest.frame.step.per_day();
    let day = |(age, sides): (usize, &Vec<Option<Side>>)| {
        let steps = sides.iter().skip(age * per_day).take(per_day);
        steps.copied().flatten().collect::<Vec<_>>()
    };
    let days = backtest.horizon.div_ceil(per_day);
    given
        .iter()
        .rev()
        .enumerate()
        .take(days)
        .flat_map(day)
        .collect()
}
