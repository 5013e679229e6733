//! From which moments of the past forecasts are made to choose and to judge.

/// Most days from which forecasts are made: twelve weeks to choose by, eight to judge by.
const CHOOSING: usize = 84;
const JUDGING: usize = 56;
/// After so many days a model is fitted anew.
const FOLD: usize = 28;

/// The origins of forecasts, a day apart, up to the last day: an evaluation with a rolling origin
/// (Tashman, Out-of-sample tests of forecasting accuracy, International Journal of Forecasting 16(4),
/// 2000). By the earlier ones a family is chosen, by the later ones, whose values the choice has not
/// seen, it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// How many steps are known at each.
    pub origins: Vec<usize>,
    /// The first of those that judge.
    pub judging: usize,
}

impl Plan {
    pub fn new(steps: usize, per_day: usize) -> Self {
        let days = steps / per_day;
        let learning = (days / 2).min(56);
        let count = (days - learning).min(CHOOSING + JUDGING);
        let judging = (count * 2 / 5).clamp(1, JUDGING);
        Self {
            origins: (1..=count).rev().map(|day| steps - day * per_day).collect(),
            judging: count.saturating_sub(judging),
        }
    }

    /// The first step by which is judged.
    pub fn holdout(&self) -> usize {
        self.origins
            .get(self.judging)
            .copied()
            .unwrap_or(usize::MAX)
    }

    /// Origins between which nothing is fitted; none spans both purposes.
    pub fn folds(&self) -> impl Iterator<Item = &[usize]> {
        let (choosing, judging) = self.origins.split_at(self.judging.min(self.origins.len()));
        choosing.chunks(FOLD).chain(judging.chunks(FOLD))
    }
}

/// How many of the newest origins intervals are calibrated by.
pub(crate) const CALIBRATING: usize = CHOOSING;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_past_is_judged_by_its_last_eight_weeks() {
        let plan = Plan::new(24 * 400, 24);
        assert_eq!(plan.origins.len(), 140);
        assert_eq!(plan.holdout(), 24 * (400 - 56));
        assert_eq!(*plan.origins.last().unwrap(), 24 * 399);
        assert_eq!(
            plan.folds().map(<[usize]>::len).collect::<Vec<_>>(),
            [28, 28, 28, 28, 28]
        );
    }

    #[test]
    fn a_short_past_is_split_in_parts() {
        let plan = Plan::new(24 * 10 + 5, 24);
        assert_eq!(plan.origins, [125, 149, 173, 197, 221]);
        assert_eq!(plan.holdout(), 197);
    }

    #[test]
    fn next_to_nothing_gives_one_origin() {
        let plan = Plan::new(30, 24);
        assert_eq!((plan.origins.as_slice(), plan.judging), ([6].as_slice(), 0));
        assert!(Plan::new(0, 24).origins.is_empty());
    }
}
