//! How far off a forecast may be.

use serde::{Deserialize, Serialize};

use crate::stats::conformal_bounds;

use super::spread::Spread;
use super::stretch::Stretch;

/// One error that is known: how many steps ahead, at which hour of the day, what was foretold, and
/// what was measured less that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Miss {
    pub ahead: usize,
    pub hour: usize,
    pub foretold: f64,
    pub error: f64,
}

/// Prediction intervals by split conformal prediction, for each step ahead by itself (Vovk, Gammerman
/// and Shafer, Algorithmic Learning in a Random World, 2005; Stankevičiūtė, Alaa and van der Schaar,
/// Conformal time-series forecasting, NeurIPS 2021), calibrated by the newest forecasts of a rolling
/// origin (Wang and Hyndman, Online conformal inference for multi-step time series forecasting,
/// arXiv:2410.13115). Errors of meters are larger where more is used, at some hours more than at
/// others: scores are errors divided by what is usual there (normalised nonconformity: Papadopoulos,
/// Vovk and Gammerman, Regression conformal prediction with nearest neighbours, JAIR 40, 2011), and
/// each tail has its own bound.
///
/// The guarantee needs errors to come as they came before; so the share that really lay within is
/// measured and reported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Intervals {
    spread: Spread,
    /// The bounds of the score for each step ahead; the last one is good for all behind it.
    bounds: Vec<(f64, f64)>,
}

/// Neighbouring steps whose scores are taken together, and how many scores there must be.
const WIDTH: usize = 3;
const ENOUGH: usize = 200;

impl Intervals {
    /// Calibrated by errors that are known. Without any, an interval is its point.
    pub fn new(misses: &[Miss], level: f64) -> Self {
        let spread = Spread::new(misses);
        let steps = misses.iter().map(|miss| miss.ahead + 1).max().unwrap_or(0);
        let mut scores = vec![Vec::new(); steps];
        for miss in misses {
            scores[miss.ahead].push(spread.score(miss));
        }
        let bounds = (0..steps).map(|step| {
            let (low, high) =
                conformal_bounds(&mut pool(&scores, step), level).unwrap_or((0.0, 0.0));
            (low.min(0.0), high.max(0.0))
        });
        Self {
            bounds: bounds.collect(),
            spread,
        }
    }

    /// Whether there was nothing to calibrate by.
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// Between what a value lies, when `foretold` is the forecast.
    pub fn around(&self, ahead: usize, hour: usize, foretold: f64, stretch: Stretch) -> (f64, f64) {
        let bound = self.bounds.get(ahead).or(self.bounds.last());
        let (low, high) = bound.copied().unwrap_or((0.0, 0.0));
        let spread = self.spread.at(hour, foretold);
        (
            foretold + low * stretch.low * spread,
            foretold + high * stretch.high * spread,
        )
    }
}

/// The scores of a step and its neighbours, of so many that there are enough.
fn pool(scores: &[Vec<f64>], step: usize) -> Vec<f64> {
    let mut width = WIDTH;
    loop {
        let steps = step.saturating_sub(width)..(step + width + 1).min(scores.len());
        let whole = steps.len() == scores.len();
        let pool: Vec<f64> = scores[steps].iter().flatten().copied().collect();
        if whole || pool.len() >= ENOUGH {
            return pool;
        }
        width *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Errors from -1 to 1 times `size`, one for each hour, step after step.
    fn misses(steps: usize, size: impl Fn(usize) -> f64) -> Vec<Miss> {
        (0..steps * 100)
            .map(|n| Miss {
                ahead: n % steps,
                hour: n % 24,
                foretold: 10.0,
                error: size(n % steps) * (((n / steps * 37) % 101) as f64 - 50.0) / 50.0,
            })
            .collect()
    }

    fn width(intervals: &Intervals, ahead: usize) -> f64 {
        let (low, high) = intervals.around(ahead, 0, 10.0, Stretch::NONE);
        high - low
    }

    #[test]
    fn errors_that_grow_with_the_step_give_intervals_that_do() {
        let intervals = Intervals::new(&misses(40, |step| step as f64 + 1.0), 0.9);
        assert!(width(&intervals, 35) > 4.0 * width(&intervals, 2));
    }

    #[test]
    fn nine_of_ten_errors_lie_within() {
        let misses = misses(40, |_| 5.0);
        let intervals = Intervals::new(&misses, 0.9);
        let within = misses.iter().filter(|miss| {
            let (low, high) = intervals.around(miss.ahead, miss.hour, miss.foretold, Stretch::NONE);
            (low..=high).contains(&(miss.foretold + miss.error))
        });
        let share = within.count() as f64 / misses.len() as f64;
        assert!((0.88..0.93).contains(&share), "{share}");
    }

    #[test]
    fn larger_forecasts_have_wider_intervals_where_errors_are_larger() {
        let misses: Vec<Miss> = (0..1000)
            .map(|n| {
                let foretold = f64::from(n % 10) + 1.0;
                let error = foretold * (f64::from(n / 10) - 50.0) / 50.0;
                Miss {
                    ahead: 0,
                    hour: 0,
                    foretold,
                    error,
                }
            })
            .collect();
        let intervals = Intervals::new(&misses, 0.9);
        let (low, high) = intervals.around(0, 0, 10.0, Stretch::NONE);
        let (small_low, small_high) = intervals.around(0, 0, 1.0, Stretch::NONE);
        assert!(high - low > 7.0 * (small_high - small_low));
    }

    #[test]
    fn without_errors_an_interval_is_its_point() {
        assert_eq!(
            Intervals::new(&[], 0.9).around(3, 5, 7.0, Stretch::NONE),
            (7.0, 7.0)
        );
        let exact = Miss {
            ahead: 0,
            hour: 0,
            foretold: 7.0,
            error: 0.0,
        };
        assert_eq!(
            Intervals::new(&[exact], 0.9).around(0, 0, 7.0, Stretch::NONE),
            (7.0, 7.0)
        );
    }
}
