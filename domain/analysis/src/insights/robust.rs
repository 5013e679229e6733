//! Medians and their kin, which a few odd values don't move.

/// The value below which this share (0 to 1) of the values lies, between neighbours on a straight line;
/// `None` of nothing. Type 7 of Hyndman and Fan (1996), "Sample Quantiles in Statistical Packages".
pub(super) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    let place = share.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (
        sorted.get(place.floor() as usize)?,
        sorted.get(place.ceil() as usize)?,
    );
    Some(low + (place - place.floor()) * (high - low))
}

pub(super) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Median absolute deviation, scaled to the standard deviation of a normal distribution
/// (Rousseeuw and Croux 1993, "Alternatives to the Median Absolute Deviation").
pub(super) fn spread(values: &[f64]) -> Option<f64> {
    let middle = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    Some(1.482_6 * median(&distances)?)
}

/// The median slope of all pairs of points (Theil 1950, Sen 1968, "Estimates of the Regression
/// Coefficient Based on Kendall's Tau"); the number of points squared in time.
pub(super) fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let mut slopes = Vec::with_capacity(points.len() * points.len() / 2);
    for (index, (x, y)) in points.iter().enumerate() {
        let later = points[index + 1..].iter().filter(|(other, _)| other > x);
        slopes.extend(later.map(|(other, value)| (value - y) / (other - x)));
    }
    median(&slopes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wild_value_moves_neither_median_nor_spread_nor_slope() {
        let calm = [1.0, 2.0, 3.0, 4.0, 5.0];
        let wild = [1.0, 2.0, 3.0, 4.0, 5e9];
        assert_eq!((median(&calm), median(&wild)), (Some(3.0), Some(3.0)));
        assert_eq!(spread(&calm), spread(&wild));
        let line: Vec<(f64, f64)> = (0..9).map(|x| (f64::from(x), 2.0 * f64::from(x))).collect();
        let mut bent = line.clone();
        bent[4].1 = -1e6;
        assert_eq!((slope(&line), slope(&bent)), (Some(2.0), Some(2.0)));
    }

    #[test]
    fn nothing_has_no_median_and_quantiles_lie_between_neighbours() {
        assert_eq!(
            (median(&[]), spread(&[]), slope(&[(1.0, 1.0)])),
            (None, None, None)
        );
        assert_eq!(quantile(&[0.0, 10.0], 0.1), Some(1.0));
        assert_eq!(median(&[f64::NAN, 7.0]), Some(7.0));
    }
}
