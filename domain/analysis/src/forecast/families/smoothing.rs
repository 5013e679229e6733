//! Exponential smoothing with two seasons.

use serde::{Deserialize, Serialize};

use crate::forecast::calendar::Slot;
use crate::forecast::frame::View;
use crate::stats::mean;

use super::{squared_errors, trials};

/// Additive Holt-Winters smoothing with a daily and a weekly season and a correction for the
/// autocorrelation of errors: Taylor, Short-term electricity demand forecasting using double
/// seasonal exponential smoothing, Journal of the Operational Research Society 54(8), 2003. Without a
/// trend, as in his later work (European Journal of Operational Research 204(1), 2010): within days
/// and weeks a load has none that would last.
///
/// Seasons are kept by the local clock, so nothing shifts when clocks change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Smoothing {
    /// How much of an error goes into the level, the daily season and the weekly one.
    level: f64,
    daily: f64,
    weekly: f64,
    /// The share of an error that stays to the next step.
    echo: f64,
}

const LEVELS: [f64; 6] = [0.0005, 0.002, 0.006, 0.02, 0.06, 0.2];
const SEASONS: [f64; 5] = [0.0, 0.01, 0.03, 0.08, 0.2];
const ECHOES: [f64; 4] = [0.0, 0.3, 0.6, 0.9];

impl Smoothing {
    /// In days: what lies further back has no weight that matters.
    pub const MEMORY: usize = 182;

    /// The settings whose forecasts of the last days err least (sum of squares), found one at a time.
    pub fn fit(view: &View<'_>, horizon: usize) -> Option<Self> {
        if view.days() < 14 {
            return None;
        }
        let per_day = view.step.per_day();
        let mut best = Self {
            level: if per_day == 1 { 0.2 } else { 0.006 },
            daily: if per_day == 1 { 0.0 } else { 0.03 },
            weekly: 0.08,
            echo: 0.0,
        };
        let steps = horizon.min(2 * per_day.max(4));
        let mut least = best.error(view, steps)?;
        for _ in 0..2 {
            for candidate in best.neighbours(per_day) {
                let error = candidate.error(view, steps)?;
                if error < least {
                    (best, least) = (candidate, error);
                }
            }
        }
        Some(best)
    }

    /// Settings that differ in one number from these.
    fn neighbours(&self, per_day: usize) -> Vec<Self> {
        let level = LEVELS.map(|level| Self {
            level,
            ..self.clone()
        });
        let daily = SEASONS.map(|daily| Self {
            daily,
            ..self.clone()
        });
        let weekly = SEASONS.map(|weekly| Self {
            weekly,
            ..self.clone()
        });
        let echo = ECHOES.map(|echo| Self {
            echo,
            ..self.clone()
        });
        let within_days = daily.into_iter().filter(|_| per_day > 1);
        level
            .into_iter()
            .chain(within_days)
            .chain(weekly)
            .chain(echo)
            .collect()
    }

    /// The mean squared error of forecasts from each of the last days.
    fn error(&self, view: &View<'_>, steps: usize) -> Option<f64> {
        let mut state = State::new(view, Self::MEMORY)?;
        let (mut sum, mut count) = (0.0, 0);
        for origin in trials(view) {
            state.run(self, view, origin);
            let end = (origin + steps).min(view.past.len());
            let forecast = state.foretell(self, &view.slots[origin..end]);
            let (more, values) = squared_errors(view, origin, &forecast);
            sum += more;
            count += values;
        }
        (count > 0).then(|| sum / count as f64)
    }

    pub fn foretell(&self, view: &View<'_>) -> Vec<f64> {
        let Some(mut state) = State::new(view, Self::MEMORY) else {
            return vec![f64::NAN; view.ahead().len()];
        };
        state.run(self, view, view.past.len());
        state.foretell(self, &view.slots[view.ahead()])
    }
}

/// What smoothing knows after a step.
struct State {
    per_day: usize,
    /// The next step to learn from.
    next: usize,
    level: f64,
    daily: [f64; 24],
    weekly: Vec<f64>,
    error: f64,
}

impl State {
    /// Begins with the mean and the profile of the first two weeks; none where nothing is known.
    fn new(view: &View<'_>, days: usize) -> Option<Self> {
        let per_day = view.step.per_day();
        let first = view.past.len().saturating_sub(days * per_day);
        let known = view.past[first..]
            .iter()
            .position(|value| !value.is_nan())?
            + first;
        let early = known..(known + 14 * per_day).min(view.past.len());
        let values = || {
            early
                .clone()
                .map(|index| (view.slots[index], view.past[index]))
                .filter(|(_, value)| !value.is_nan())
        };
        let level = mean(values().map(|(_, value)| value))?;
        let mut daily = [0.0; 24];
        for (hour, season) in daily.iter_mut().enumerate().take(per_day) {
            let same = values().filter(|(slot, _)| slot.hour == hour);
            *season = mean(same.map(|(_, value)| value - level)).unwrap_or(0.0);
        }
        Some(Self {
            per_day,
            next: known,
            level,
            daily,
            weekly: vec![0.0; 7 * per_day],
            error: 0.0,
        })
    }

    /// Learns from all values before `end`.
    fn run(&mut self, settings: &Smoothing, view: &View<'_>, end: usize) {
        for index in self.next..end {
            self.learn(settings, view.slots[index], view.past[index]);
        }
        self.next = self.next.max(end);
    }

    fn base(&self, slot: Slot) -> f64 {
        self.level + self.daily[slot.hour] + self.weekly[slot.of_week(self.per_day)]
    }

    fn learn(&mut self, settings: &Smoothing, slot: Slot, value: f64) {
        if value.is_nan() {
            self.error *= settings.echo;
            return;
        }
        let base = self.base(slot);
        let error = value - base - settings.echo * self.error;
        self.level += settings.level * error;
        self.daily[slot.hour] += settings.daily * error;
        self.weekly[slot.of_week(self.per_day)] += settings.weekly * error;
        self.error = value - base;
    }

    fn foretell(&self, settings: &Smoothing, slots: &[Slot]) -> Vec<f64> {
        let mut error = self.error;
        let step = |slot: &Slot| {
            error *= settings.echo;
            self.base(*slot) + error
        };
        slots.iter().map(step).collect()
    }
}
