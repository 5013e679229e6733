//! A building beside others, and beside a published value.

use serde::Serialize;

use crate::units::Exact;

/// The days of a mean year of the Gregorian calendar.
const YEAR: f64 = 365.2425;

/// A value beside a reference, both in kWh per m² and year.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    pub value: f64,
    pub reference: f64,
    /// Above zero: more than the reference.
    pub difference: f64,
    /// 1 is as much as the reference.
    pub ratio: f64,
}

/// kWh per m² and year of what was measured in `days` days. Less than whole years carry the mark of
/// their season. `None` without area or time.
pub fn intensity(kwh: Exact, area_m2: f64, days: f64) -> Option<f64> {
    let sound = area_m2 > 0.0 && days > 0.0;
    let value = kwh.to_f64() / area_m2 * (YEAR / days);
    (sound && value.is_finite()).then_some(value)
}

/// Of a hundred buildings like these, how many use less: 0 to 100. Those that use the same count
/// half. Peers without a value are left out; `None` if none remain.
pub fn percentile(value: f64, peers: &[f64]) -> Option<f64> {
    let known: Vec<f64> = peers
        .iter()
        .copied()
        .filter(|peer| peer.is_finite())
        .collect();
    if known.is_empty() || !value.is_finite() {
        return None;
    }
    let below = known.iter().filter(|peer| **peer < value).count() as f64;
    let same = known.iter().filter(|peer| **peer == value).count() as f64;
    Some(100.0 * (below + same / 2.0) / known.len() as f64)
}

/// `None` unless both are numbers and the reference is above zero.
pub fn compare(value: f64, reference: f64) -> Option<Comparison> {
    let ratio = value / reference;
    let sound = reference > 0.0 && reference.is_finite() && ratio.is_finite();
    sound.then_some(Comparison {
        value,
        reference,
        difference: value - reference,
        ratio,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_year_is_a_year_and_half_a_year_counts_twice() {
        let kwh = Exact::whole(100_000);
        let near = |value: Option<f64>, expected: f64| (value.unwrap() - expected).abs() < 1e-9;
        assert!(near(intensity(kwh, 1000.0, YEAR), 100.0));
        assert!(near(intensity(kwh, 1000.0, YEAR / 2.0), 200.0));
        assert_eq!(intensity(kwh, 0.0, YEAR), None);
        assert_eq!(intensity(kwh, 1000.0, f64::NAN), None);
        assert_eq!(intensity(kwh, f64::MIN_POSITIVE, 1e-300), None);
    }

    #[test]
    fn a_percentile_says_how_many_use_less() {
        assert_eq!(percentile(30.0, &[10.0, 20.0, 40.0, 50.0]), Some(50.0));
        assert_eq!(percentile(10.0, &[10.0]), Some(50.0));
        assert_eq!(percentile(99.0, &[10.0, f64::NAN]), Some(100.0));
        assert_eq!(percentile(1.0, &[]), None);
        assert_eq!(percentile(f64::NAN, &[1.0]), None);
    }

    #[test]
    fn a_reference_of_nothing_compares_with_nothing() {
        assert_eq!(
            compare(86.0, 57.2).map(|it| it.difference > 28.7),
            Some(true)
        );
        for (value, reference) in [(1.0, 0.0), (f64::NAN, 1.0), (1.0, f64::INFINITY)] {
            assert_eq!(compare(value, reference), None);
        }
    }

    proptest! {
        #[test]
        fn a_percentile_lies_between_0_and_100_and_grows_with_the_value(
            one in any::<f64>(), other in any::<f64>(),
            peers in prop::collection::vec(any::<f64>(), 0..20)
        ) {
            let (low, high) = (one.min(other), one.max(other));
            if let (Some(low), Some(high)) = (percentile(low, &peers), percentile(high, &peers)) {
                prop_assert!((0.0..=100.0).contains(&low) && low <= high && high <= 100.0);
            }
        }
    }
}
