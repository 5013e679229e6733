//! Intervals follow when errors come otherwise than before.

use serde::{Deserialize, Serialize};

/// Where a measured value lay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Below,
    Within,
    Above,
}

impl Side {
    pub fn of(value: f64, low: f64, high: f64) -> Self {
        if value < low {
            Self::Below
        } else if value > high {
            Self::Above
        } else {
            Self::Within
        }
    }
}

/// By how much intervals are widened, each way, because too many values lay outside lately.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stretch {
    pub low: f64,
    pub high: f64,
}

/// How fast it follows: where one value in five lies above instead of one in twenty, a twelfth a day.
const SPEED: f64 = 0.5;

impl Stretch {
    pub const NONE: Self = Self {
        low: 1.0,
        high: 1.0,
    };

    /// After values that became known. Errors that come otherwise than they came in the time of
    /// calibration (a season begins) miss more often than they should: each bound moves by how much
    /// more often. Quantile tracking: Angelopoulos, Candès and Tibshirani, Conformal PID control for
    /// time series prediction, NeurIPS 2023, after Gibbs and Candès, Adaptive conformal inference
    /// under distribution shift, NeurIPS 2021; here of the bound's logarithm.
    pub fn follow(&mut self, sides: &[Side], level: f64) {
        if sides.is_empty() {
            return;
        }
        let tail = (1.0 - level) / 2.0;
        let share = |side: Side| {
            sides.iter().filter(|other| **other == side).count() as f64 / sides.len() as f64
        };
        self.low = moved(self.low, share(Side::Below) - tail);
        self.high = moved(self.high, share(Side::Above) - tail);
    }
}

fn moved(factor: f64, excess: f64) -> f64 {
    (factor * (SPEED * excess).exp()).clamp(0.25, 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_side_widens_while_too_much_lies_beyond_it() {
        let mut stretch = Stretch::NONE;
        let day: Vec<Side> = (0..20)
            .map(|n| if n < 4 { Side::Above } else { Side::Within })
            .collect();
        for _ in 0..7 {
            stretch.follow(&day, 0.9);
        }
        assert!(stretch.high > 1.5 && stretch.high < 2.0, "{stretch:?}");
        assert!(stretch.low < 1.0 && stretch.low > 0.8, "{stretch:?}");
    }

    #[test]
    fn a_side_stays_where_it_holds_what_it_should() {
        let mut stretch = Stretch::NONE;
        let mut day = vec![Side::Within; 18];
        day.extend([Side::Below, Side::Above]);
        stretch.follow(&day, 0.9);
        assert!((stretch.low - 1.0).abs() < 1e-9 && (stretch.high - 1.0).abs() < 1e-9);
    }

    #[test]
    fn it_has_bounds_and_learns_nothing_from_nothing() {
        let mut stretch = Stretch::NONE;
        stretch.follow(&[], 0.9);
        assert_eq!(stretch, Stretch::NONE);
        for _ in 0..100 {
            stretch.follow(&[Side::Above], 0.9);
        }
        assert_eq!((stretch.low, stretch.high), (0.25, 4.0));
    }
}
