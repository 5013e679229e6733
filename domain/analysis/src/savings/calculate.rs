//! The calculation from hours to savings.

use std::ops::Range;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Serialize;

use super::periods::length;
use super::sufficiency::{flags, needed_days};
use super::uncertainty::band_kwh;
use super::{Periods, SavingsError, Sufficiency};
use crate::degree_days::{Day, Fit, Hour, Load, Metered, days, fit_days};

/// What was saved, over the known days of the reporting period.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Savings {
    pub baseline: Range<NaiveDate>,
    pub reporting: Range<NaiveDate>,
    /// What would have been used without the intervention, by what for.
    pub counterfactual: Load,
    pub counterfactual_kwh: f64,
    pub measured_kwh: f64,
    /// Counterfactual less measured; negative where more was used.
    pub saved_kwh: f64,
    /// The same as a share of the counterfactual; `None` where that is not positive.
    pub saved_share: Option<f64>,
    /// Half the width of the band around `saved_kwh` at `confidence`; `None` where nothing can be said.
    pub uncertainty_kwh: Option<f64>,
    /// `uncertainty_kwh` as a share of the counterfactual, to be read beside `saved_share`.
    pub uncertainty_share: Option<f64>,
    /// 0 to 1.
    pub confidence: f64,
    /// The model of the baseline with R² and CV(RMSE).
    pub fit: Fit,
    pub sufficiency: Sufficiency,
    pub days: Vec<SavedDay>,
}

/// A known day of the reporting period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedDay {
    pub date: NaiveDate,
    pub measured_kwh: f64,
    pub counterfactual_kwh: f64,
}

/// Savings of one meter from its hours in kWh and the hours of the outdoor temperature in °C, in any
/// order, in the calendar of `zone`. `confidence` (0.9 is usual) sets the width of the band.
///
/// Only days of which use and temperature are known count (3.5); nothing is stretched to a whole year.
///
/// # Errors
/// [`SavingsError::BaselineInsufficient`], [`SavingsError::NothingToReport`].
pub fn savings(
    usage: &[Hour],
    temperature: &[Hour],
    zone: Tz,
    periods: &Periods,
    metered: Metered,
    confidence: f64,
) -> Result<Savings, SavingsError> {
    let of = |range: &Range<NaiveDate>| {
        days(
            usage,
            temperature,
            zone,
            range.clone(),
            metered.zero_is_missing,
        )
    };
    let before = of(periods.baseline());
    let needed = needed_days(periods.baseline());
    let fit = fit_days(&before, metered)
        .filter(|fit| fit.days >= needed)
        .ok_or_else(|| SavingsError::BaselineInsufficient {
            known: before.iter().filter_map(Day::known).count(),
            needed,
        })?;
    let after = of(periods.reporting());
    let sums = Sums::of(&after, &fit);
    if sums.days.is_empty() {
        return Err(SavingsError::NothingToReport);
    }
    let sufficiency = Sufficiency {
        baseline_days: length(periods.baseline()),
        baseline_known: fit.days,
        reporting_days: length(periods.reporting()),
        reporting_known: sums.days.len(),
        flags: flags(&before, &after, fit.cv_rmse),
    };
    Ok(sums.savings(periods, fit, sufficiency, confidence))
}

#[derive(Default)]
struct Sums {
    counterfactual: Load,
    measured_kwh: f64,
    days: Vec<SavedDay>,
}

impl Sums {
    fn of(after: &[Day], fit: &Fit) -> Self {
        let mut sums = Self::default();
        for day in after {
            let Some((celsius, measured_kwh)) = day.known() else {
                continue;
            };
            let load = fit.model.load(celsius);
            sums.counterfactual += load;
            sums.measured_kwh += measured_kwh;
            sums.days.push(SavedDay {
                date: day.date,
                measured_kwh,
                counterfactual_kwh: load.total_kwh(),
            });
        }
        sums
    }

    fn savings(
        self,
        periods: &Periods,
        fit: Fit,
        sufficiency: Sufficiency,
        confidence: f64,
    ) -> Savings {
        let counterfactual_kwh = self.counterfactual.total_kwh();
        let saved_kwh = counterfactual_kwh - self.measured_kwh;
        let uncertainty_kwh = band_kwh(&fit, counterfactual_kwh, self.days.len(), confidence);
        let share = |kwh: f64| (counterfactual_kwh > 0.0).then(|| kwh / counterfactual_kwh);
        Savings {
            baseline: periods.baseline().clone(),
            reporting: periods.reporting().clone(),
            counterfactual: self.counterfactual,
            counterfactual_kwh,
            measured_kwh: self.measured_kwh,
            saved_kwh,
            saved_share: share(saved_kwh),
            uncertainty_kwh,
            uncertainty_share: uncertainty_kwh.and_then(share),
            confidence,
            fit,
            sufficiency,
            days: self.days,
        }
    }
}
