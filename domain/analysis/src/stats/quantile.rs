//! Means and quantiles of plain samples.

/// The arithmetic mean; none of an empty sample.
pub fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values
        .into_iter()
        .fold((0.0, 0_u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// The quantile at `share` (0 to 1) of values sorted in ascending order, between order statistics
/// by straight lines: definition 7 of Hyndman and Fan, Sample quantiles in statistical packages,
/// The American Statistician 50(4), 1996. None of an empty sample.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = share.clamp(0.0, 1.0) * last as f64;
    let below = sorted.get(rank as usize)?;
    let above = sorted.get((rank as usize + 1).min(last))?;
    Some(below + (above - below) * rank.fract())
}

/// The order statistics between which a further draw from the same source lies with probability
/// `level` at least, each tail holding half of the rest: ranks `floor(a (n + 1))` and
/// `ceil((1 - a) (n + 1))` with `a = (1 - level) / 2`, cut to what the sample has. Vovk, Gammerman
/// and Shafer, Algorithmic Learning in a Random World, Springer 2005, section 2.2; two tails by
/// themselves as in Linusson, Johansson and Löfström, Signed-error conformal regression, PAKDD 2014.
///
/// Reorders `scores`. None of an empty sample.
pub fn conformal_bounds(scores: &mut [f64], level: f64) -> Option<(f64, f64)> {
    let last = scores.len().checked_sub(1)?;
    let tail = (1.0 - level.clamp(0.0, 1.0)) / 2.0;
    // Nine tenths in binary are a little less: without the grain a rank would be lost.
    let below = (tail * (last as f64 + 2.0) + 1e-9).floor() as usize;
    let lower = below.saturating_sub(1).min(last);
    let upper = last - lower;
    let (_, low, _) = scores.select_nth_unstable_by(lower, f64::total_cmp);
    let low = *low;
    let (_, high, _) = scores.select_nth_unstable_by(upper, f64::total_cmp);
    Some((low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_on_the_line_between_its_neighbours() {
        let sample = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&sample, 0.0), Some(1.0));
        assert_eq!(quantile(&sample, 0.5), Some(3.0));
        assert_eq!(quantile(&sample, 1.0), Some(8.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn conformal_bounds_leave_a_twentieth_on_each_side() {
        let mut scores: Vec<f64> = (1..=99).rev().map(f64::from).collect();
        assert_eq!(conformal_bounds(&mut scores, 0.9), Some((5.0, 95.0)));
    }

    #[test]
    fn a_small_sample_gives_its_extremes() {
        assert_eq!(
            conformal_bounds(&mut [3.0, 1.0, 2.0], 0.9),
            Some((1.0, 3.0))
        );
        assert_eq!(conformal_bounds(&mut [], 0.9), None);
    }

    #[test]
    fn the_mean_of_nothing_is_none() {
        assert_eq!(mean([]), None);
        assert_eq!(mean([1.0, 3.0]), Some(2.0));
    }
}
