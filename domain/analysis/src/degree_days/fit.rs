//! How well a model describes the days that it was fitted to.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::least_squares::Response;
use super::{Day, DegreeDayModel};

/// A model with its quality on its own days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fit {
    pub model: DegreeDayModel,
    /// Days of which use and temperature were known.
    pub days: usize,
    pub mean_kwh_per_day: f64,
    /// Explained share of the variance, 0 to 1; 0 where nothing varies.
    pub r_squared: f64,
    pub adjusted_r_squared: f64,
    /// Typical error of one day, in kWh, with the divisor of 4.3.2.2.
    pub rmse_kwh: f64,
    /// The same as a share of the mean day; `None` where the mean is not positive.
    pub cv_rmse: Option<f64>,
    /// Correlation of the errors of one day and the next, -1 to 1.
    pub autocorrelation: f64,
}

pub(super) fn assess(model: DegreeDayModel, days: &[Day], y: &Response) -> Fit {
    let residuals: Vec<(NaiveDate, f64)> = days
        .iter()
        .filter_map(|day| {
            let (celsius, usage) = day.known()?;
            Some((day.date, usage - model.load(celsius).total_kwh()))
        })
        .collect();
    let unexplained: f64 = residuals.iter().map(|(_, error)| error * error).sum();
    let count = y.count as f64;
    let terms = model.terms() as f64;
    let rmse_kwh = (unexplained / (count - terms).max(1.0)).sqrt();
    let share = |unexplained: f64, squares: f64| {
        if squares > 0.0 {
            1.0 - unexplained / squares
        } else {
            0.0
        }
    };
    Fit {
        model,
        days: y.count,
        mean_kwh_per_day: y.mean,
        r_squared: share(unexplained, y.squares),
        adjusted_r_squared: share(
            unexplained / (count - terms - 1.0).max(1.0),
            y.squares / (count - 1.0).max(1.0),
        ),
        rmse_kwh,
        cv_rmse: (y.mean > 0.0)
            .then(|| rmse_kwh / y.mean)
            .filter(|cv| cv.is_finite()),
        autocorrelation: autocorrelation(&residuals),
    }
}

/// Pearson's correlation over pairs of consecutive days; a gap makes no pair. 0 where nothing varies.
fn autocorrelation(residuals: &[(NaiveDate, f64)]) -> f64 {
    let pairs: Vec<(f64, f64)> = residuals
        .windows(2)
        .filter(|pair| pair[0].0.succ_opt() == Some(pair[1].0))
        .map(|pair| (pair[0].1, pair[1].1))
        .collect();
    let count = pairs.len().max(1) as f64;
    let mean_a = pairs.iter().map(|(a, _)| a).sum::<f64>() / count;
    let mean_b = pairs.iter().map(|(_, b)| b).sum::<f64>() / count;
    let sum = |of: fn(f64, f64) -> f64| -> f64 {
        (pairs.iter())
            .map(|(a, b)| of(a - mean_a, b - mean_b))
            .sum()
    };
    let scale = (sum(|a, _| a * a) * sum(|_, b| b * b)).sqrt();
    if scale > 0.0 {
        (sum(|a, b| a * b) / scale).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::super::{Metered, fit_days};
    use super::*;

    fn year(usage: impl Fn(usize, f64) -> f64) -> Vec<Day> {
        let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
        let season = |day: usize| 10.0 - 15.0 * (day as f64 / 365.0 * std::f64::consts::TAU).cos();
        (first.iter_days().take(365).enumerate())
            .map(|(index, date)| Day {
                date,
                usage_kwh: Some(usage(index, season(index))),
                celsius: vec![season(index)],
            })
            .collect()
    }

    #[test]
    fn a_building_without_noise_is_found_exactly() {
        let days = year(|_, t| 20.0 + 3.0 * (15.0 - t).max(0.0) + 2.0 * (t - 18.5).max(0.0));
        let fit = fit_days(&days, Metered::ELECTRICITY).unwrap();
        let (heating, cooling) = (fit.model.heating.unwrap(), fit.model.cooling.unwrap());
        assert_eq!(
            (heating.balance_celsius, cooling.balance_celsius),
            (15.0, 18.5)
        );
        assert!((fit.model.base_kwh_per_day - 20.0).abs() < 1e-6);
        assert!((heating.kwh_per_degree_day - 3.0).abs() < 1e-6);
        assert!((cooling.kwh_per_degree_day - 2.0).abs() < 1e-6);
        assert!(fit.r_squared > 0.999_999);
    }

    #[test]
    fn gas_never_cools_and_district_cooling_never_heats() {
        let days = year(|_, t| 20.0 + 3.0 * (15.0 - t).max(0.0) + 2.0 * (t - 18.5).max(0.0));
        assert_eq!(fit_days(&days, Metered::HEAT).unwrap().model.cooling, None);
        assert_eq!(fit_days(&days, Metered::COLD).unwrap().model.heating, None);
    }

    #[test]
    fn use_without_temperature_is_a_mean_alone() {
        let fit = fit_days(&year(|_, _| 7.0), Metered::ELECTRICITY).unwrap();
        assert_eq!((fit.model.terms(), fit.model.base_kwh_per_day), (0, 7.0));
        assert_eq!((fit.r_squared, fit.cv_rmse), (0.0, Some(0.0)));
    }

    #[test]
    fn use_that_falls_with_cold_and_heat_has_no_branch() {
        let days = year(|_, t| 90.0 - (10.0 - t).abs());
        assert_eq!(
            fit_days(&days, Metered::ELECTRICITY).unwrap().model.terms(),
            0
        );
    }

    #[test]
    fn slopes_of_nothing_but_chance_are_improbable_to_convince() {
        let noise = |day: usize| ((day * 7_919) % 101) as f64;
        let fit = fit_days(&year(|day, _| 50.0 + noise(day)), Metered::HEAT).unwrap();
        assert!(
            fit.model
                .heating
                .is_none_or(|branch| branch.p_value.unwrap() > 0.01)
        );
        assert!(fit.adjusted_r_squared < 0.05);
    }

    #[test]
    fn errors_that_last_are_correlated_and_gaps_make_no_pairs() {
        let weeks = |day: usize| {
            if (day / 7).is_multiple_of(2) {
                5.0
            } else {
                -5.0
            }
        };
        let mut days = year(|day, _| 50.0 + weeks(day));
        assert!(fit_days(&days, Metered::HEAT).unwrap().autocorrelation > 0.6);
        days.retain(|day| chrono::Datelike::ordinal(&day.date) % 2 == 0);
        assert_eq!(fit_days(&days, Metered::HEAT).unwrap().autocorrelation, 0.0);
    }
}
