//! Seasonal naive forecasts: the yardstick that everything else must beat.

use serde::{Deserialize, Serialize};

use crate::forecast::calendar::Slot;
use crate::forecast::frame::View;
use crate::stats::mean;

/// Each step as it was a number of days before, at the same time by the local clock. Hyndman and
/// Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, section 5.2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Naive {
    days: i32,
}

impl Naive {
    /// None where not one whole period is known.
    pub fn fit(view: &View<'_>, days: i32) -> Option<Self> {
        let known = view.past.iter().filter(|value| !value.is_nan()).count();
        let period = usize::try_from(days).ok()? * view.step.per_day();
        (view.past.len() >= period && known > 0).then_some(Self { days })
    }

    /// In days: a gap of three periods is bridged.
    pub fn memory(&self) -> usize {
        4 * usize::try_from(self.days).unwrap_or(1) + 1
    }

    pub fn foretell(&self, view: &View<'_>) -> Vec<f64> {
        let rest = mean(view.past.iter().copied().filter(|v| !v.is_nan())).unwrap_or(0.0);
        view.ahead()
            .map(|target| self.before(view, target).unwrap_or(rest))
            .collect()
    }

    /// What was measured at the same time of the nearest day that is known.
    fn before(&self, view: &View<'_>, target: usize) -> Option<f64> {
        let slot = view.slots[target];
        let periods = 1..=i32::try_from(view.past.len()).unwrap_or(i32::MAX);
        periods
            .map(|periods| slot.day.saturating_sub(periods.saturating_mul(self.days)))
            .map_while(|day| at(view, target, slot, day))
            .find(|value| !value.is_nan())
    }
}

/// The value at the same hour of an earlier day: NaN where it isn't known, none before the past. An
/// hour that the clock skipped on that day is the one after it.
fn at(view: &View<'_>, target: usize, slot: Slot, day: i32) -> Option<f64> {
    let per_day = view.step.per_day();
    let back = usize::try_from(slot.day.checked_sub(day)?).ok()? * per_day;
    let near = target.checked_sub(back)?;
    let place = |index: usize| {
        let slot = view.slots.get(index)?;
        Some((slot.day, slot.hour))
    };
    let candidates = [Some(near), near.checked_sub(1), Some(near + 1)];
    let index = candidates
        .into_iter()
        .flatten()
        .find(|index| place(*index) == Some((day, slot.hour)))
        .unwrap_or(near);
    Some(view.past.get(index).copied().unwrap_or(f64::NAN))
}
