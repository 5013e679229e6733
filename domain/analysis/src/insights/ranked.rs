//! All that a meter says of itself, the most worthwhile first.

use super::{Consumption, Finding, Prices, anomalies, base_load, peaks, schedule_drift};

/// More findings of one kind than anybody reads.
pub const MAX_FINDINGS: usize = 50;

/// The findings of a meter's consumption, and those handed in with them (of its weather, its sensors),
/// by what they are worth: money times confidence where there is a price, else kWh times confidence.
pub fn ranked(consumption: &Consumption, prices: &Prices, others: Vec<Finding>) -> Vec<Finding> {
    let mut found = base_load(consumption, prices);
    found.extend(schedule_drift(consumption, prices));
    found.extend(peaks(consumption, prices));
    found.extend(anomalies(consumption, prices));
    found.extend(others);
    // With a price, what has none (a sensor) comes last.
    let priced = found.iter().any(|finding| finding.money_per_year.is_some());
    let worth = |finding: &Finding| {
        let amount = if priced {
            finding.money_per_year.unwrap_or(0.0)
        } else {
            finding.kwh_per_year
        };
        amount * finding.confidence.value
    };
    found.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    found
}

#[cfg(test)]
mod tests {
    use super::super::Evidence;
    use super::super::consumption::tests::weeks;
    use super::*;

    #[test]
    fn the_most_worthwhile_comes_first() {
        let consumption = weeks(12, |day, hour| match hour {
            0..5 if day % 4 > 0 => 30.0,
            11 if day == 17 => 50.0,
            8..18 if day % 7 < 5 => 40.0,
            _ => 5.0,
        });
        let found = ranked(&consumption, &Prices::default(), Vec::new());
        assert!(
            matches!(found[0].evidence, Evidence::NightLoad { .. }),
            "{found:?}"
        );
        let costly_peaks = Prices {
            per_kwh: Some(0.000_1),
            per_kw_and_month: Some(100.0),
        };
        let found = ranked(&consumption, &costly_peaks, Vec::new());
        assert!(
            matches!(found[0].evidence, Evidence::Peaks { .. }),
            "{found:?}"
        );
    }
}
