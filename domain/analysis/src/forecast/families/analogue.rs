//! Nearest days.

use serde::{Deserialize, Serialize};

use crate::forecast::frame::View;
use crate::stats::mean;

use super::{squared_errors, trials};

/// Each hour as it was on the days of the past that were most like the day to come: in their
/// temperature, in being a working day or not, and not long ago. Weighted nearest neighbours as in
/// Troncoso Lora, Riquelme Santos, Gómez Expósito and others, Electricity market price forecasting
/// based on weighted nearest neighbors techniques, IEEE Transactions on Power Systems 22(3), 2007.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Analogue {
    /// How many days are averaged.
    neighbours: usize,
    /// This many °C are one unit of distance.
    degrees: f64,
    /// This many days of age are one unit of squared distance.
    age: f64,
    /// What being another kind of day adds to the squared distance.
    kind: f64,
    /// Whether days are compared by their temperature.
    pub weather: bool,
}

impl Analogue {
    /// In days: more than two years back nothing is looked at.
    pub const MEMORY: usize = 760;

    /// The settings whose forecasts of the last days err least (sum of squares).
    pub fn fit(view: &View<'_>, horizon: usize) -> Option<Self> {
        if view.days() < 14 {
            return None;
        }
        let steps = horizon.min(2 * view.step.per_day().max(4));
        let trials: Vec<Trial<'_>> = trials(view)
            .into_iter()
            .step_by(2)
            .map(|origin| Trial::new(view.earlier(origin, steps)))
            .collect();
        let tried = Self::settings(view.has_weather())
            .into_iter()
            .filter_map(|settings| Some((settings.error(view, &trials)?, settings)));
        let best = tried.min_by(|(left, _), (right, _)| left.total_cmp(right));
        best.map(|(_, settings)| settings)
    }

    fn settings(weather: bool) -> Vec<Self> {
        let mut settings = Vec::new();
        for neighbours in [6, 15, 40] {
            for degrees in if weather {
                [1.0, 2.5].as_slice()
            } else {
                &[1.0]
            } {
                for age in [15.0, 60.0, 240.0] {
                    settings.extend([0.0, 2.0].map(|kind| Self {
                        neighbours,
                        degrees: *degrees,
                        age,
                        kind,
                        weather,
                    }));
                }
            }
        }
        settings
    }

    fn error(&self, view: &View<'_>, trials: &[Trial<'_>]) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0);
        for trial in trials {
            let forecast = self.by_days(&trial.view, &trial.days);
            let (more, values) = squared_errors(view, trial.view.past.len(), &forecast);
            sum += more;
            count += values;
        }
        (count > 0).then(|| sum / count as f64)
    }

    pub fn foretell(&self, view: &View<'_>) -> Vec<f64> {
        self.by_days(view, &Day::of(view))
    }

    fn by_days(&self, view: &View<'_>, days: &[Day]) -> Vec<f64> {
        let (past, ahead): (Vec<&Day>, Vec<&Day>) = days
            .iter()
            .partition(|day| day.end <= view.past.len() && day.is_known());
        let rest = mean(view.past.iter().copied().filter(|v| !v.is_nan())).unwrap_or(0.0);
        let mut forecast = Vec::with_capacity(view.ahead().len());
        for target in ahead.iter().filter(|day| day.end > view.past.len()) {
            let near = self.nearest(target, &past);
            let steps = target.start.max(view.past.len())..target.end;
            forecast
                .extend(steps.map(|index| weigh(&near, view.slots[index].hour).unwrap_or(rest)));
        }
        forecast
    }

    /// The most similar days with their weights.
    fn nearest<'d>(&self, target: &Day, past: &[&'d Day]) -> Vec<(f64, &'d Day)> {
        let mut near: Vec<(f64, &Day)> = past
            .iter()
            .map(|day| (self.distance(target, day), *day))
            .collect();
        if near.len() > self.neighbours {
            near.select_nth_unstable_by(self.neighbours, |left, right| {
                left.0
                    .total_cmp(&right.0)
                    .then(right.1.start.cmp(&left.1.start))
            });
            near.truncate(self.neighbours);
        }
        near.into_iter()
            .map(|(far, day)| (1.0 / (1.0 + far), day))
            .collect()
    }

    /// The square of how far apart two days are.
    fn distance(&self, target: &Day, day: &Day) -> f64 {
        let air = match (target.air, day.air) {
            (Some((one, slow_one)), Some((other, slow_other))) => {
                ((one - other) / self.degrees).powi(2)
                    + 0.25 * ((slow_one - slow_other) / self.degrees).powi(2)
            }
            (None, _) | (_, None) => 0.0,
        };
        let kind = match (target.weekday, day.weekday) {
            (one, other) if one == other => 0.0,
            (0..=4, 0..=4) => 0.2,
            _ => 1.0,
        };
        air + self.kind * kind + f64::from(target.number - day.number) / self.age
    }
}

/// The weighted mean of an hour; none where no day knows it.
fn weigh(near: &[(f64, &Day)], hour: usize) -> Option<f64> {
    let known = near.iter().filter(|(_, day)| !day.values[hour].is_nan());
    let (sum, weights) = known.fold((0.0, 0.0), |(sum, weights), (weight, day)| {
        (sum + weight * day.values[hour], weights + weight)
    });
    (weights > 0.0).then(|| sum / weights)
}

/// An origin from which settings are tried.
struct Trial<'a> {
    view: View<'a>,
    days: Vec<Day>,
}

impl<'a> Trial<'a> {
    fn new(view: View<'a>) -> Self {
        let days = Day::of(&view);
        Self { view, days }
    }
}

/// A local day.
struct Day {
    number: i32,
    weekday: usize,
    /// Its steps.
    start: usize,
    end: usize,
    /// Its mean temperature, and that of the three days up to it.
    air: Option<(f64, f64)>,
    /// By the hour of the local clock; NaN where nothing is known.
    values: [f64; 24],
    known: usize,
}

impl Day {
    /// The days of the past that are looked at, and those ahead. A day that is under way at the
    /// origin ends ahead.
    fn of(view: &View<'_>) -> Vec<Self> {
        let first = view
            .past
            .len()
            .saturating_sub(Analogue::MEMORY * view.step.per_day());
        view.slots[first..]
            .chunk_by(|left, right| left.day == right.day)
            .scan(first, |start, slots| {
                let day = Self::new(view, *start, *start + slots.len());
                *start += slots.len();
                Some(day)
            })
            .collect()
    }

    fn new(view: &View<'_>, start: usize, end: usize) -> Self {
        let (mut sums, mut counts) = ([0.0; 24], [0_u8; 24]);
        for index in start..end.min(view.past.len()) {
            let (value, hour) = (view.past[index], view.slots[index].hour);
            if !value.is_nan() {
                sums[hour] += value;
                counts[hour] += 1;
            }
        }
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum = if count > 0 {
                *sum / f64::from(count)
            } else {
                f64::NAN
            };
        }
        let air = |pick: fn(super::super::weather::Air) -> f64| {
            mean((start..end).filter_map(|index| view.air(index)).map(pick))
        };
        Self {
            number: view.slots[start].day,
            weekday: view.slots[start].weekday,
            start,
            end,
            air: air(|air| air.now).zip(air(|air| air.slow)),
            values: sums,
            known: counts.iter().filter(|count| **count > 0).count(),
        }
    }

    /// Whether most of it was measured.
    fn is_known(&self) -> bool {
        self.known > 0 && self.known * 4 >= (self.end - self.start) * 3
    }
}
