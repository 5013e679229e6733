//! What runs when nobody is there.

use super::robust::{median, quantile, spread};
use super::{Confidence, Consumption, Evidence, Finding, Prices};

/// Fewer nights or free days say nothing; this many say enough.
const FEWEST: usize = 8;
const WANTED: usize = 28;

/// The loads of nights and of days off that are above what the building itself gets down to: the quietest
/// tenth. A building that is left on most nights has a usual load far above its quiet one; where all nights are alike,
/// there is nothing to find.
pub fn base_load(consumption: &Consumption, prices: &Prices) -> Vec<Finding> {
    [night(consumption, prices), weekend(consumption, prices)]
        .into_iter()
        .flatten()
        .collect()
}

fn night(consumption: &Consumption, prices: &Prices) -> Option<Finding> {
    const HOURS: f64 = 5.0;
    let nights = consumption.means(0, 5, |_| true);
    let found = Quiet::of(&nights)?;
    let evidence = Evidence::NightLoad {
        usual_kw: found.usual_kw,
        quiet_kw: found.quiet_kw,
        working_kw: working_kw(consumption)?,
        nights: nights.len(),
    };
    found.finding(evidence, consumption, 365.0 * HOURS, prices)
}

fn weekend(consumption: &Consumption, prices: &Prices) -> Option<Finding> {
    const HOURS: f64 = 10.0;
    let days = consumption.means(8, 18, |date| !consumption.works(date));
    let free_share = days.len() as f64 / consumption.means(8, 18, |_| true).len() as f64;
    let found = Quiet::of(&days)?;
    let evidence = Evidence::WeekendLoad {
        usual_kw: found.usual_kw,
        quiet_kw: found.quiet_kw,
        working_kw: working_kw(consumption)?,
        days: days.len(),
    };
    found.finding(evidence, consumption, 365.0 * free_share * HOURS, prices)
}

fn working_kw(consumption: &Consumption) -> Option<f64> {
    median(&consumption.means(8, 18, |date| consumption.works(date)))
}

struct Quiet {
    usual_kw: f64,
    quiet_kw: f64,
    spread_kw: f64,
    samples: usize,
}

impl Quiet {
    /// `None` where there is too little to see or nothing above the quiet tenth.
    fn of(samples: &[f64]) -> Option<Self> {
        if samples.len() < FEWEST {
            return None;
        }
        let quiet = Self {
            usual_kw: median(samples)?,
            quiet_kw: quantile(samples, 0.1)?,
            spread_kw: spread(samples)?,
            samples: samples.len(),
        };
        (quiet.usual_kw > quiet.quiet_kw).then_some(quiet)
    }

    fn finding(
        &self,
        evidence: Evidence,
        consumption: &Consumption,
        hours_per_year: f64,
        prices: &Prices,
    ) -> Option<Finding> {
        let excess_kw = self.usual_kw - self.quiet_kw;
        let kwh_per_year = excess_kw * hours_per_year;
        Some(Finding {
            evidence,
            period: consumption.period()?,
            kwh_per_year,
            money_per_year: prices.of_kwh(kwh_per_year),
            confidence: Confidence::new(self.samples, WANTED, excess_kw, self.spread_kw),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::consumption::tests::weeks;
    use super::*;

    const PRICES: Prices = Prices {
        per_kwh: Some(0.25),
        per_kw_and_month: None,
    };

    #[test]
    fn nights_that_are_mostly_left_on_are_found_with_their_cost() {
        let left_on = |day: i64| if day % 4 == 0 { 2.0 } else { 12.0 };
        let consumption = weeks(8, |day, hour| if hour < 6 { left_on(day) } else { 20.0 });
        let found = base_load(&consumption, &PRICES);
        let night = &found[0];
        assert!((night.kwh_per_year - 10.0 * 5.0 * 365.0).abs() < 1e-6);
        assert!((night.money_per_year.unwrap() - 0.25 * night.kwh_per_year).abs() < 1e-9);
        assert!(night.confidence.value > 0.9, "{:?}", night.confidence);
        assert!(
            matches!(night.evidence, Evidence::NightLoad { nights: 56, working_kw, .. } if working_kw == 20.0)
        );
    }

    #[test]
    fn weekends_that_run_like_working_days_are_found() {
        let running = |day: i64| day % 7 == 5 && day % 14 != 5;
        let consumption = weeks(12, |day, hour| match hour {
            8..18 if day % 7 < 5 => 30.0,
            8..18 if day % 7 == 6 || running(day) => 25.0,
            _ => 5.0,
        });
        let found = base_load(&consumption, &PRICES);
        assert_eq!(found.len(), 1, "all nights are alike");
        assert!(matches!(
            found[0].evidence,
            Evidence::WeekendLoad { usual_kw, quiet_kw, .. } if usual_kw == 25.0 && quiet_kw == 5.0
        ));
    }

    #[test]
    fn a_building_that_is_always_alike_and_one_that_is_hardly_known_have_no_finding() {
        assert!(base_load(&weeks(8, |_, _| 5.0), &PRICES).is_empty());
        assert!(base_load(&weeks(1, |day, _| day as f64), &PRICES).is_empty());
    }
}
