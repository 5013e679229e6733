//! The band around savings.

use crate::degree_days::{Fit, t_quantile};

/// Half the width of the band around savings, in kWh, at a confidence between 0 and 1; `None` where the
/// baseline says nothing about its own error.
///
/// Fractional savings uncertainty of ASHRAE Guideline 14 in CalTRACK's form (4.3.2.4), times the savings:
///
/// `t · (aM² + bM + d) · CV(RMSE) · √(P/P' · (1 + 2/P') / Q) · counterfactual`
///
/// with P days of baseline, Q days and M months of reporting, P' = P (1 − ρ) / (1 + ρ) days left when each
/// error resembles the day before, and the polynomial of Sun and Baltazar (2013, "Analysis and Improvement
/// of the Estimation of Building Energy Savings Uncertainty", ASHRAE Transactions 119) for daily data. The polynomial was
/// fitted on periods of up to a year; M stays at twelve beyond. Errors that alternate (ρ < 0)
/// count as independent, which keeps the band from shrinking.
pub(super) fn band_kwh(
    fit: &Fit,
    counterfactual_kwh: f64,
    reporting_days: usize,
    confidence: f64,
) -> Option<f64> {
    const A: f64 = -0.000_24;
    const B: f64 = 0.035_35;
    const D: f64 = 1.002_86;
    const DAYS_OF_A_MONTH: f64 = 365.0 / 12.0;

    let days = fit.days as f64;
    let lasting = fit.autocorrelation.clamp(0.0, 0.99);
    let independent = days * (1.0 - lasting) / (1.0 + lasting);
    let reported = reporting_days as f64;
    let months = (reported / DAYS_OF_A_MONTH).min(12.0);
    let t = t_quantile(confidence, days - fit.model.terms() as f64)?;

    let polynomial = A * months * months + B * months + D;
    let sampling = (days / independent * (1.0 + 2.0 / independent) / reported).sqrt();
    let band = t * polynomial * fit.cv_rmse? * sampling * counterfactual_kwh.abs();
    band.is_finite().then_some(band)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::degree_days::{DegreeDayModel, Degrees};

    fn fit(autocorrelation: f64) -> Fit {
        Fit {
            model: DegreeDayModel {
                degrees: Degrees::Mean,
                base_kwh_per_day: 100.0,
                heating: None,
                cooling: None,
            },
            days: 365,
            mean_kwh_per_day: 100.0,
            r_squared: 0.0,
            adjusted_r_squared: 0.0,
            rmse_kwh: 20.0,
            cv_rmse: Some(0.2),
            autocorrelation,
        }
    }

    /// t(0.9, 365) = 1.649, polynomial(12) = 1.3925, √(1 + 2/365) / √365 = 0.05248.
    #[test]
    fn the_band_is_that_of_the_formula_worked_by_hand() {
        let band = band_kwh(&fit(0.0), 36_500.0, 365, 0.9).unwrap();
        assert!(
            (band - 1.649 * 1.3925 * 0.2 * 0.05248 * 36_500.0).abs() < 1.0,
            "{band}"
        );
    }

    #[test]
    fn errors_that_last_widen_the_band_and_errors_that_alternate_do_not_narrow_it() {
        let band = |rho| band_kwh(&fit(rho), 36_500.0, 365, 0.9).unwrap();
        assert!(band(0.5) > 1.7 * band(0.0));
        assert_eq!(band(-0.5), band(0.0));
    }

    #[test]
    fn more_confidence_is_a_wider_band_and_none_is_none() {
        let band = |confidence| band_kwh(&fit(0.0), 36_500.0, 365, confidence);
        assert!(band(0.95) > band(0.68));
        assert_eq!(band(1.0), None);
    }
}
