//! Whether the data carries the answer (2.2, 2.3).

use std::ops::Range;

use chrono::NaiveDate;
use serde::Serialize;

use super::periods::length;
use crate::degree_days::Day;

/// How much is known, and what a reviewer should look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sufficiency {
    pub baseline_days: usize,
    pub baseline_known: usize,
    pub reporting_days: usize,
    pub reporting_known: usize,
    pub flags: Vec<Flag>,
}

/// What does not forbid an answer but should be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "flag")]
pub enum Flag {
    /// Days with less than nothing: generation behind the meter (2.3.5).
    NegativeDays { days: usize },
    /// Days above the median by more than three interquartile ranges (2.3.6).
    ExtremeDays { days: usize, above_kwh: f64 },
    /// The reporting period has fewer than 365 known days: its savings are not those of a year (4.1.2).
    NotAYear { known: usize },
    /// Temperatures lie beyond those that the baseline has seen, by more than a tenth of their range
    /// (3.7.5.2): there the model guesses.
    BeyondBaselineWeather { days: usize },
    /// The model leaves more than the whole mean day unexplained (4.3.2.1).
    PoorFit { cv_rmse: f64 },
}

/// How many days of the baseline must be known: at most a tenth of a year, rounded up, may be missing
/// (2.2.1.2: 37 of 365 days).
pub(super) fn needed_days(baseline: &Range<NaiveDate>) -> usize {
    let wanted = length(baseline).max(365);
    wanted - wanted.div_ceil(10)
}

pub(super) fn flags(baseline: &[Day], reporting: &[Day], cv_rmse: Option<f64>) -> Vec<Flag> {
    let known = reporting.iter().filter_map(Day::known).count();
    [
        negative(baseline, reporting),
        extreme(baseline),
        (known < 365).then_some(Flag::NotAYear { known }),
        beyond(baseline, reporting),
        cv_rmse
            .filter(|cv_rmse| *cv_rmse > 1.0)
            .map(|cv_rmse| Flag::PoorFit { cv_rmse }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn negative(baseline: &[Day], reporting: &[Day]) -> Option<Flag> {
    let all = baseline.iter().chain(reporting);
    let days = all
        .filter(|day| day.usage_kwh.is_some_and(|kwh| kwh < 0.0))
        .count();
    (days > 0).then_some(Flag::NegativeDays { days })
}

fn extreme(baseline: &[Day]) -> Option<Flag> {
    let mut usage: Vec<f64> = baseline.iter().filter_map(|day| day.usage_kwh).collect();
    usage.sort_by(f64::total_cmp);
    let at = |share: f64| usage.get((share * usage.len() as f64) as usize).copied();
    let above_kwh = at(0.5)? + 3.0 * (at(0.75)? - at(0.25)?);
    let days = usage.iter().filter(|kwh| **kwh > above_kwh).count();
    (days > 0).then_some(Flag::ExtremeDays { days, above_kwh })
}

fn beyond(baseline: &[Day], reporting: &[Day]) -> Option<Flag> {
    let seen = || baseline.iter().filter_map(Day::mean_celsius);
    let lowest = seen().fold(f64::INFINITY, f64::min);
    let highest = seen().fold(f64::NEG_INFINITY, f64::max);
    let margin = 0.1 * (highest - lowest);
    let days = (reporting.iter().filter_map(Day::mean_celsius))
        .filter(|celsius| *celsius < lowest - margin || *celsius > highest + margin)
        .count();
    (days > 0).then_some(Flag::BeyondBaselineWeather { days })
}
