//! The highest hours of the months, and what they cost.

use chrono::{DateTime, Datelike, Utc};

use super::robust::{quantile, spread};
use super::{Confidence, Consumption, Evidence, Finding, Prices};

/// Fewer hours of a month say nothing of its peak.
const FEWEST_HOURS: usize = 200;

/// The peaks of the months against the level that all but a hundredth of their hours keep: what moving
/// those seven hours a month elsewhere would save in demand charges. `None` where the peaks don't stand out.
///
/// Hours are means: the peaks of 15 minutes that many tariffs charge are higher.
pub fn peaks(consumption: &Consumption, prices: &Prices) -> Option<Finding> {
    let months: Vec<Month> = (consumption.hours())
        .chunk_by(|a, b| (a.date.year(), a.date.month()) == (b.date.year(), b.date.month()))
        .filter_map(Month::of)
        .collect();
    let count = months.len();
    let mean = |of: fn(&Month) -> f64| months.iter().map(of).sum::<f64>() / count as f64;
    let highest = (months.iter()).max_by(|a, b| a.peak_kw.total_cmp(&b.peak_kw))?;
    let lowered_kw = mean(|month| month.peak_kw - month.cap_kw);
    if lowered_kw <= 0.0 {
        return None;
    }
    let lowered: Vec<f64> = months
        .iter()
        .map(|month| month.peak_kw - month.cap_kw)
        .collect();
    Some(Finding {
        evidence: Evidence::Peaks {
            months: count,
            highest_kw: highest.peak_kw,
            highest_at: highest.at,
            mean_peak_kw: mean(|month| month.peak_kw),
            mean_capped_kw: mean(|month| month.cap_kw),
            shifted_kwh_per_year: 12.0 * mean(|month| month.above_kwh),
        },
        period: consumption.period()?,
        kwh_per_year: 0.0,
        money_per_year: prices.of_kw_months(12.0 * lowered_kw),
        confidence: Confidence::new(count, 12, lowered_kw, spread(&lowered)?),
    })
}

struct Month {
    peak_kw: f64,
    at: DateTime<Utc>,
    cap_kw: f64,
    above_kwh: f64,
}

impl Month {
    fn of(hours: &[crate::degree_days::LocalHour]) -> Option<Self> {
        if hours.len() < FEWEST_HOURS {
            return None;
        }
        let values: Vec<f64> = hours.iter().map(|hour| hour.value).collect();
        let cap_kw = quantile(&values, 0.99)?;
        let peak = hours.iter().max_by(|a, b| a.value.total_cmp(&b.value))?;
        Some(Self {
            peak_kw: peak.value,
            at: peak.start,
            cap_kw,
            above_kwh: values.iter().map(|value| (value - cap_kw).max(0.0)).sum(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::consumption::tests::{monday, weeks};
    use super::*;

    const PRICES: Prices = Prices {
        per_kwh: Some(0.25),
        per_kw_and_month: Some(10.0),
    };

    #[test]
    fn one_hour_a_week_that_stands_out_costs_its_demand_charge() {
        let consumption = weeks(8, |day, hour| {
            if day % 7 == 2 && hour == 11 {
                90.0
            } else {
                40.0
            }
        });
        let found = peaks(&consumption, &PRICES).unwrap();
        assert!((found.money_per_year.unwrap() - 12.0 * 50.0 * 10.0).abs() < 1e-6);
        assert_eq!(found.kwh_per_year, 0.0);
        let Evidence::Peaks {
            highest_kw,
            highest_at,
            shifted_kwh_per_year,
            ..
        } = found.evidence
        else {
            panic!("{found:?}")
        };
        assert_eq!(highest_kw, 90.0);
        assert_eq!((highest_at - monday()).num_hours() % (7 * 24), 2 * 24 + 11);
        assert!(shifted_kwh_per_year > 0.0);
    }

    #[test]
    fn a_flat_load_has_no_peak_and_a_few_days_are_no_month() {
        assert_eq!(peaks(&weeks(8, |_, _| 40.0), &PRICES), None);
        assert_eq!(peaks(&weeks(1, |_, hour| hour as f64), &PRICES), None);
    }
}
