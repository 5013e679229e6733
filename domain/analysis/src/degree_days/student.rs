//! Student's t distribution, with answers for every input.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The two-sided probability of a t this far from 0; `None` without degrees of freedom.
pub(crate) fn two_sided_p(t: f64, freedom: f64) -> Option<f64> {
    let p = 2.0 * standard(freedom)?.sf(t.abs());
    p.is_finite().then_some(p.clamp(0.0, 1.0))
}

/// The t that leaves `(1 - confidence) / 2` on each side; `None` without degrees of freedom or with a
/// confidence that is not between 0 and 1.
pub(crate) fn t_quantile(confidence: f64, freedom: f64) -> Option<f64> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let t = standard(freedom)?.inverse_cdf((1.0 + confidence) / 2.0);
    t.is_finite().then_some(t)
}

fn standard(freedom: f64) -> Option<StudentsT> {
    if !(freedom.is_finite() && freedom >= 1.0) {
        return None;
    }
    StudentsT::new(0.0, 1.0, freedom).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2.
    #[test]
    fn quantiles_are_those_of_the_handbook() {
        for (freedom, at_90, at_95) in [
            (1.0, 6.314, 12.706),
            (10.0, 1.812, 2.228),
            (100.0, 1.660, 1.984),
        ] {
            assert!((t_quantile(0.90, freedom).unwrap() - at_90).abs() < 1e-3);
            assert!((t_quantile(0.95, freedom).unwrap() - at_95).abs() < 1e-3);
        }
        assert!((two_sided_p(-2.228, 10.0).unwrap() - 0.05).abs() < 1e-4);
    }

    #[test]
    fn nothing_comes_of_no_freedom_or_no_confidence() {
        assert_eq!(t_quantile(0.9, 0.0), None);
        assert_eq!(t_quantile(1.0, 5.0), None);
        assert_eq!(t_quantile(f64::NAN, 5.0), None);
        assert_eq!(two_sided_p(1.0, f64::NAN), None);
    }
}
