//! How much of the use the weather makes, and what a degree is worth.

use super::{Confidence, Evidence, Finding, Period, Prices};
use crate::degree_days::{Branch, Day, DegreeDayModel, Fit, Load};

/// What heating and cooling come to in a year, and what one degree less heat or less cold would save: the
/// balance point moves by a degree, the slope stays (CIBSE TM41 2006, "Degree-days: theory and application").
///
/// `fit` is a fit to `days`; `None` of each branch that it doesn't have.
pub fn weather(fit: &Fit, days: &[Day], period: Period, prices: &Prices) -> Vec<Finding> {
    let known: Vec<&[f64]> = days.iter().filter_map(|day| Some(day.known()?.0)).collect();
    if known.is_empty() {
        return Vec::new();
    }
    let year = |model: &DegreeDayModel| -> Load {
        let mut sum = Load::default();
        for celsius in &known {
            sum += model.load(celsius);
        }
        sum.times(365.0 / known.len() as f64)
    };
    let now = year(&fit.model);
    let finding = |evidence, kwh_per_year: f64| Finding {
        evidence,
        period,
        kwh_per_year,
        money_per_year: prices.of_kwh(kwh_per_year),
        confidence: Confidence::new(
            fit.days,
            330,
            fit.r_squared.clamp(0.0, 1.0),
            1.0 - fit.r_squared.clamp(0.0, 1.0),
        ),
    };
    let share = |kwh: f64| {
        if now.total_kwh() > 0.0 {
            kwh / now.total_kwh()
        } else {
            0.0
        }
    };
    let mut found = Vec::new();
    if let Some(branch) = fit.model.heating {
        let cooler = DegreeDayModel {
            heating: Some(moved(branch, -1.0)),
            ..fit.model
        };
        let evidence = Evidence::HeatingSensitivity {
            kwh_per_degree_day: branch.kwh_per_degree_day,
            balance_celsius: branch.balance_celsius,
            heating_kwh_per_year: now.heating_kwh,
            share: share(now.heating_kwh),
        };
        found.push(finding(
            evidence,
            now.heating_kwh - year(&cooler).heating_kwh,
        ));
    }
    if let Some(branch) = fit.model.cooling {
        let warmer = DegreeDayModel {
            cooling: Some(moved(branch, 1.0)),
            ..fit.model
        };
        let evidence = Evidence::CoolingSensitivity {
            kwh_per_degree_day: branch.kwh_per_degree_day,
            balance_celsius: branch.balance_celsius,
            cooling_kwh_per_year: now.cooling_kwh,
            share: share(now.cooling_kwh),
        };
        found.push(finding(
            evidence,
            now.cooling_kwh - year(&warmer).cooling_kwh,
        ));
    }
    found
}

fn moved(branch: Branch, degrees: f64) -> Branch {
    Branch {
        balance_celsius: branch.balance_celsius + degrees,
        ..branch
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::super::consumption::tests::monday;
    use super::*;
    use crate::degree_days::{Metered, fit_days};

    #[test]
    fn a_degree_less_saves_its_slope_on_every_day_that_heats() {
        let days: Vec<Day> = (0..364)
            .map(|index| {
                let celsius = if index % 2 == 0 {
                    f64::from(index % 26) - 10.0
                } else {
                    25.0
                };
                Day {
                    date: (monday() + Duration::days(i64::from(index))).date_naive(),
                    usage_kwh: Some(10.0 + 2.0 * (16.0 - celsius).max(0.0)),
                    celsius: vec![celsius],
                }
            })
            .collect();
        let fit = fit_days(&days, Metered::ELECTRICITY).unwrap();
        let period = Period {
            from: monday(),
            to: monday() + Duration::days(364),
        };
        let prices = Prices {
            per_kwh: Some(0.1),
            ..Prices::default()
        };
        let found = weather(&fit, &days, period, &prices);
        assert_eq!(found.len(), 1);
        assert!(
            (found[0].kwh_per_year - 2.0 * 182.5).abs() < 1.0,
            "{found:?}"
        );
        assert!((found[0].money_per_year.unwrap() - 36.5).abs() < 0.1);
        assert!(found[0].confidence.value > 0.99);
        assert!(weather(&fit, &[], period, &prices).is_empty());
    }
}
