//! Which savings.

use chrono::{Datelike, NaiveDate};
use flowgrid_analysis::savings::{Periods, SavingsError};
use flowgrid_analysis::units::Carrier;
use utoipa::IntoParams;

use crate::error::ApiError;
use crate::request::Params;

/// Which savings. Dates are those of the building's calendar; a date after `To` is the first that no longer
/// belongs to it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SavingsQuery {
    /// The building's id; also `buildingId`. Required unless `meter` is given.
    #[param(example = "rathaus")]
    building: Option<String>,
    /// One meter's id, instead of all of the building's.
    meter: Option<String>,
    /// electricity, gas or heat; required where the building uses several.
    carrier: Option<String>,
    /// The day on which work on the building began: the 365 days before are the baseline.
    #[param(rename = "blackoutFrom", example = "2016-12-26")]
    blackout_from: Option<NaiveDate>,
    /// The day after the work: the 365 days from then on are compared. `blackoutFrom` when absent.
    #[param(rename = "blackoutTo", example = "2017-01-04")]
    blackout_to: Option<NaiveDate>,
    /// Instead of the year before the work.
    #[param(rename = "baselineFrom")]
    baseline_from: Option<NaiveDate>,
    #[param(rename = "baselineTo")]
    baseline_to: Option<NaiveDate>,
    /// Instead of the year after the work.
    #[param(rename = "reportingFrom")]
    reporting_from: Option<NaiveDate>,
    #[param(rename = "reportingTo")]
    reporting_to: Option<NaiveDate>,
    /// The sensor of the outdoor temperature. When absent, the building's of kind `outdoorTemperature`, else the
    /// organization's only one.
    #[param(rename = "temperatureSensor")]
    temperature_sensor: Option<String>,
    /// How sure the band shall be, 0.5 to 0.99.
    #[param(default = 0.9, minimum = 0.5, maximum = 0.99)]
    confidence: Option<f64>,
}

/// What was asked for.
pub struct Question {
    pub building: Option<String>,
    pub meter: Option<String>,
    pub carrier: Option<Carrier>,
    pub periods: Periods,
    pub thermometer: Option<String>,
    pub confidence: f64,
}

impl Question {
    pub fn read(params: &Params) -> Result<Self, ApiError> {
        let building = params.any_of(&["building", "buildingId"]);
        let question = Self {
            building: building.map(|(_, id)| id.to_owned()),
            meter: params.text("meter").map(str::to_owned),
            carrier: params.parsed("carrier", "electricity, gas or heat")?,
            periods: periods(params)?,
            thermometer: params.text("temperatureSensor").map(str::to_owned),
            confidence: confidence(params)?,
        };
        if question.building.is_none() && question.meter.is_none() {
            let detail = "is required, unless meter is given";
            return Err(ApiError::parameter("building", detail));
        }
        Ok(question)
    }

    /// The first and the last date of all that has to be read: the air of a day is bridged from the ones beside it.
    pub fn dates(&self) -> (NaiveDate, NaiveDate) {
        let (first, last) = (self.periods.baseline().start, self.periods.reporting().end);
        (first.pred_opt().unwrap_or(first), last)
    }
}

fn periods(params: &Params) -> Result<Periods, ApiError> {
    let given = ["baselineFrom", "baselineTo", "reportingFrom", "reportingTo"];
    let work = day(params, "blackoutFrom")?;
    let end = day(params, "blackoutTo")?;
    if let Some(from) = work {
        if let Some((name, _)) = params.any_of(&given) {
            let detail = "is given by blackoutFrom and blackoutTo: give either";
            return Err(ApiError::parameter(name, detail));
        }
        let to = end.unwrap_or(from);
        return Periods::around(from, to).map_err(|error| refused("blackoutTo", error));
    }
    if end.is_some() {
        return Err(ApiError::parameter("blackoutFrom", "is required"));
    }
    if params.any_of(&given).is_none() {
        let detail = "is required, or baselineFrom, baselineTo, reportingFrom and reportingTo are";
        return Err(ApiError::parameter("blackoutFrom", detail));
    }
    let [from, to, after, until] = given.map(|name| {
        let given = day(params, name)?;
        given.ok_or_else(|| ApiError::parameter(name, "is required"))
    });
    let periods = Periods::new(from?..to?, after?..until?);
    periods.map_err(|error| refused("baselineTo", error))
}

fn refused(name: &str, error: SavingsError) -> ApiError {
    ApiError::unfit(name, error.to_string())
}

/// A date of years in which anything was metered.
fn day(params: &Params, name: &str) -> Result<Option<NaiveDate>, ApiError> {
    const EXPECTED: &str = "a date such as 2026-01-31";
    let day = params.parsed::<NaiveDate>(name, EXPECTED)?;
    if day.is_some_and(|day| !(1901..=2199).contains(&day.year())) {
        return Err(ApiError::parameter(name, format!("must be {EXPECTED}")));
    }
    Ok(day)
}

fn confidence(params: &Params) -> Result<f64, ApiError> {
    let confidence = params.parsed("confidence", "a number from 0.5 to 0.99")?;
    let confidence: f64 = confidence.unwrap_or(0.9);
    if !(0.5..=0.99).contains(&confidence) {
        let detail = "must be a number from 0.5 to 0.99";
        return Err(ApiError::parameter("confidence", detail));
    }
    Ok(confidence)
}
