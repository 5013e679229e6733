//! Savings as callers see them.

use std::ops::Range;

use chrono::NaiveDate;
use flowgrid_analysis::degree_days::{Branch, Day, Degrees, Fit};
use flowgrid_analysis::savings::{Flag, Savings};
use serde::Serialize;
use utoipa::ToSchema;

/// The most dates that are listed for one reason.
const MOST_DATES: usize = 100;

/// What was saved, over the days that are known. What can't be said is null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavingsView {
    pub building_id: String,
    /// Null where it is all meters of the building.
    pub meter_id: Option<String>,
    /// electricity, gas or heat.
    #[schema(example = "electricity")]
    pub carrier: &'static str,
    pub temperature_sensor_id: String,
    pub baseline: PeriodView,
    pub reporting: PeriodView,
    /// Whether the data carries an answer: enough of the baseline is known, and the model explains it.
    pub sufficient: bool,
    /// Why it doesn't, in words.
    pub reason: Option<String>,
    /// What would have been used without the work, by the model, over the known days of the reporting period.
    #[schema(example = 10_350.2)]
    pub counterfactual_kwh: Option<f64>,
    /// What was used on these days.
    #[schema(example = 9_309.0)]
    pub measured_kwh: Option<f64>,
    /// The difference; negative where more was used.
    #[schema(example = 1_041.2)]
    pub saved_kwh: Option<f64>,
    /// Of the counterfactual.
    #[schema(example = 10.06)]
    pub saved_percent: Option<f64>,
    /// Half the width of the band around `savedKwh`.
    #[schema(example = 310.0)]
    pub uncertainty_kwh: Option<f64>,
    /// Half the width of the band around `savedPercent`.
    #[schema(example = 3.0)]
    pub uncertainty_percent: Option<f64>,
    /// How sure the band is, 0 to 1.
    #[schema(example = 0.9)]
    pub confidence: f64,
    /// Of the baseline.
    pub model: Option<ModelView>,
    /// What a reviewer should look at.
    pub flags: Vec<FlagView>,
}

/// A period and what is known of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeriodView {
    pub from: NaiveDate,
    /// The first day that no longer belongs to it.
    pub to: NaiveDate,
    pub days: usize,
    /// Days of which use and temperature are known.
    pub used: usize,
    pub excluded: Vec<Excluded>,
}

/// Days that don't count, and why.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Excluded {
    /// `noReadings`, `noTemperature` or `neither`: less than half of the day is known. Of electricity, a day
    /// without any use counts as one without readings.
    #[schema(example = "noReadings")]
    pub reason: &'static str,
    pub days: usize,
    /// The first hundred of them.
    pub dates: Vec<NaiveDate>,
}

/// What a day uses at an outdoor temperature: `baseKwhPerDay`, and more with every degree beyond a balance point.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelView {
    pub base_kwh_per_day: f64,
    pub heating: Option<BranchView>,
    pub cooling: Option<BranchView>,
    /// What degrees are taken of: `mean` of the day, or its `hours`.
    pub degrees: &'static str,
    /// R²: how much of the differences between days it explains, 0 to 1.
    pub r_squared: f64,
    /// CV(RMSE): the usual error of a day as a share of the mean day.
    pub cv_rmse: Option<f64>,
    /// How much an error is like that of the day before, -1 to 1.
    pub autocorrelation: f64,
}

/// A load that begins at a balance point.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BranchView {
    /// °C.
    pub balance_celsius: f64,
    pub kwh_per_degree_day: f64,
    /// How probable so steep a slope would be if the temperature had no effect, 0 to 1.
    pub p_value: Option<f64>,
}

/// What doesn't forbid an answer but should be looked at.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FlagView {
    /// `negativeDays`, `extremeDays`, `notAYear`, `beyondBaselineWeather` or `poorFit`.
    pub flag: &'static str,
    pub detail: String,
}

impl PeriodView {
    pub fn of(range: &Range<NaiveDate>, days: &[Day]) -> Self {
        let reasons = ["noReadings", "noTemperature", "neither"];
        let excluded = reasons.map(|reason| {
            let is = |day: &&Day| reason_of(day) == Some(reason);
            let dates: Vec<NaiveDate> = days.iter().filter(is).map(|day| day.date).collect();
            Excluded {
                reason,
                days: dates.len(),
                dates: dates.into_iter().take(MOST_DATES).collect(),
            }
        });
        Self {
            from: range.start,
            to: range.end,
            days: days.len(),
            used: days.iter().filter(|day| reason_of(day).is_none()).count(),
            excluded: excluded.into_iter().filter(|one| one.days > 0).collect(),
        }
    }
}

fn reason_of(day: &Day) -> Option<&'static str> {
    match (day.usage_kwh.is_some(), !day.celsius.is_empty()) {
        (true, true) => None,
        (false, true) => Some("noReadings"),
        (true, false) => Some("noTemperature"),
        (false, false) => Some("neither"),
    }
}

impl SavingsView {
    /// Takes over what was found.
    pub fn fill(&mut self, found: &Savings) {
        let percent = |share: Option<f64>| share.map(|share| 100.0 * share);
        self.counterfactual_kwh = Some(found.counterfactual_kwh);
        self.measured_kwh = Some(found.measured_kwh);
        self.saved_kwh = Some(found.saved_kwh);
        self.saved_percent = percent(found.saved_share);
        self.uncertainty_kwh = found.uncertainty_kwh;
        self.uncertainty_percent = percent(found.uncertainty_share);
        self.model = Some(ModelView::of(&found.fit));
        let flags = found.sufficiency.flags.iter();
        let poor = |flag: &Flag| matches!(flag, Flag::PoorFit { .. });
        let poor = flags.clone().any(poor);
        self.flags = flags.map(FlagView::of).collect();
        self.sufficient = !poor;
        self.reason = poor.then(|| {
            "the model leaves more than the whole mean day unexplained: the weather hardly drives this use"
                .to_owned()
        });
    }
}

impl ModelView {
    fn of(fit: &Fit) -> Self {
        Self {
            base_kwh_per_day: fit.model.base_kwh_per_day,
            heating: fit.model.heating.map(BranchView::of),
            cooling: fit.model.cooling.map(BranchView::of),
            degrees: match fit.model.degrees {
                Degrees::Mean => "mean",
                Degrees::Hours => "hours",
            },
            r_squared: fit.r_squared,
            cv_rmse: fit.cv_rmse,
            autocorrelation: fit.autocorrelation,
        }
    }
}

impl BranchView {
    fn of(branch: Branch) -> Self {
        Self {
            balance_celsius: branch.balance_celsius,
            kwh_per_degree_day: branch.kwh_per_degree_day,
            p_value: branch.p_value,
        }
    }
}

impl FlagView {
    fn of(flag: &Flag) -> Self {
        let (flag, detail) = match *flag {
            Flag::NegativeDays { days } => (
                "negativeDays",
                format!("on {days} days less than nothing was used: generation behind the meter"),
            ),
            Flag::ExtremeDays { days, above_kwh } => (
                "extremeDays",
                format!("{days} days of the baseline used more than {above_kwh:.1} kWh"),
            ),
            Flag::NotAYear { known } => (
                "notAYear",
                format!(
                    "{known} days of the reporting period are known: not the savings of a year"
                ),
            ),
            Flag::BeyondBaselineWeather { days } => (
                "beyondBaselineWeather",
                format!("{days} days were warmer or colder than any of the baseline"),
            ),
            Flag::PoorFit { cv_rmse } => (
                "poorFit",
                format!(
                    "the usual error of a day is {:.0} % of the mean day",
                    100.0 * cv_rmse
                ),
            ),
        };
        Self { flag, detail }
    }
}
