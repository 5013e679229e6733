//! Calendar and temperature.

mod columns;

use serde::{Deserialize, Serialize};

use columns::Columns;

use crate::forecast::frame::View;
use crate::stats::NormalEquations;

use super::trials;

/// A linear model of the hour of the week, the season and the temperature, held back by a ridge, in
/// which older values count less, and which follows what it has lately been wrong by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Regression {
    settings: Settings,
    columns: Columns,
    coefficients: Vec<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Settings {
    ridge: f64,
    /// After so many days a value counts half.
    half_life: f64,
    /// After so many days an error counts half in what is added to each forecast; 0 to add nothing.
    correction: f64,
}

const RIDGES: [f64; 3] = [3.0, 30.0, 300.0];
const HALF_LIVES: [f64; 2] = [91.0, 365.0];
const CORRECTIONS: [f64; 4] = [0.0, 1.0, 5.0, 20.0];

impl Regression {
    /// In days: how far back errors are looked at.
    pub const MEMORY: usize = 60;

    /// Chooses its settings by the last days, then learns from all.
    pub fn fit(view: &View<'_>, horizon: usize) -> Option<Self> {
        let trials = trials(view);
        let split = *trials.first()?;
        let early = view.earlier(split, 0);
        if early.days() < 10 {
            return None;
        }
        let mut best: Option<(f64, Self)> = None;
        for half_life in HALF_LIVES {
            let equations = Equations::of(&early, half_life);
            for ridge in RIDGES {
                let settings = Settings {
                    ridge,
                    half_life,
                    correction: 0.0,
                };
                let Some(candidate) = equations.solve(settings) else {
                    continue;
                };
                let error = square(&candidate.residuals(view)[split..]);
                if best.as_ref().is_none_or(|(least, _)| error < *least) {
                    best = Some((error, candidate));
                }
            }
        }
        let (_, mut chosen) = best?;
        chosen.settings.correction = chosen.best_correction(view, &trials, horizon);
        chosen.again(view)
    }

    /// With the same settings, from what is known now.
    pub fn again(&self, view: &View<'_>) -> Option<Self> {
        Equations::of(view, self.settings.half_life).solve(self.settings)
    }

    pub fn asks_weather(&self) -> bool {
        self.columns.need_air()
    }

    pub fn foretell(&self, view: &View<'_>) -> Vec<f64> {
        let per_day = view.step.per_day();
        let first = view.past.len().saturating_sub(Self::MEMORY * per_day);
        let mut row = Vec::new();
        let errors: Vec<f64> = (first..view.past.len())
            .map(|index| view.past[index] - self.value(view, index, &mut row))
            .collect();
        let correction = correction(&errors, self.settings.correction * per_day as f64, per_day);
        view.ahead()
            .map(|index| correction + self.value(view, index, &mut row))
            .collect()
    }

    fn value(&self, view: &View<'_>, index: usize, row: &mut Vec<(usize, f64)>) -> f64 {
        let air = view.air(index);
        if air.is_none() && self.columns.need_air() {
            return f64::NAN;
        }
        self.columns.row(view.slots[index], air, row);
        row.iter()
            .filter_map(|(column, x)| Some(self.coefficients.get(*column)? * x))
            .sum()
    }

    fn residuals(&self, view: &View<'_>) -> Vec<f64> {
        let mut row = Vec::new();
        (0..view.past.len())
            .map(|index| view.past[index] - self.value(view, index, &mut row))
            .collect()
    }

    /// How long errors should be remembered, by what it would have done in the last days.
    fn best_correction(&self, view: &View<'_>, trials: &[usize], horizon: usize) -> f64 {
        let errors = self.residuals(view);
        let per_day = view.step.per_day();
        let steps = horizon.min(2 * per_day.max(4));
        let judge = |days: f64| -> f64 {
            let each = trials.iter().map(|origin| {
                let added = correction(&errors[..*origin], days * per_day as f64, per_day);
                let ahead = *origin..(origin + steps).min(errors.len());
                let left: Vec<f64> = errors[ahead].iter().map(|error| error - added).collect();
                square(&left)
            });
            each.sum()
        };
        let judged = CORRECTIONS.map(|days| (judge(days), days));
        let best = judged
            .into_iter()
            .min_by(|left, right| left.0.total_cmp(&right.0));
        best.map_or(0.0, |(_, days)| days)
    }
}

/// The normal equations of a past.
struct Equations {
    columns: Columns,
    equations: NormalEquations,
}

impl Equations {
    fn of(view: &View<'_>, half_life: f64) -> Self {
        let columns = Columns::of(view);
        let mut equations = NormalEquations::new(columns.penalty(1.0).len());
        let fade = 0.5_f64.powf(1.0 / (half_life * view.step.per_day() as f64));
        let mut weight = 1.0;
        let mut row = Vec::new();
        for index in (0..view.past.len()).rev() {
            if !view.past[index].is_nan() {
                columns.row(view.slots[index], view.air(index), &mut row);
                equations.add(&row, view.past[index], weight);
            }
            weight *= fade;
        }
        Self { columns, equations }
    }

    fn solve(&self, settings: Settings) -> Option<Regression> {
        let coefficients = self
            .equations
            .solve(&self.columns.penalty(settings.ridge))?;
        Some(Regression {
            settings,
            columns: self.columns.clone(),
            coefficients,
        })
    }
}

/// The mean of the last errors, newer ones counting more, drawn towards zero as if a day without
/// error had come before them.
fn correction(errors: &[f64], half_life: f64, prior: usize) -> f64 {
    if half_life <= 0.0 {
        return 0.0;
    }
    let fade = 0.5_f64.powf(1.0 / half_life);
    let (mut sum, mut weights, mut weight) = (0.0, prior as f64, 1.0);
    for error in errors.iter().rev() {
        if !error.is_nan() {
            sum += weight * error;
            weights += weight;
        }
        weight *= fade;
        if weight < 1e-4 {
            break;
        }
    }
    sum / weights
}

/// The sum of squares of what is known.
fn square(errors: &[f64]) -> f64 {
    errors
        .iter()
        .filter(|error| !error.is_nan())
        .map(|error| error * error)
        .sum()
}
