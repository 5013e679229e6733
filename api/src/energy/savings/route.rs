//! The way from a question to its answer.

use std::collections::BTreeSet;

use axum::response::Response;
use chrono_tz::Tz;
use flowgrid_analysis::degree_days::{Hour, Metered, days};
use flowgrid_analysis::savings::savings;
use flowgrid_analysis::units::Carrier;
use flowgrid_projections::consumption::{self, MODELS, Meters, OUTDOOR, Thermometer};
use flowgrid_projections::readings::DayTotal;
use flowgrid_projections::{ModelName, TenantTx, documents, sensors};

use super::answer::{PeriodView, SavingsView};
use super::question::{Question, SavingsQuery};
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::{ApiError, ProblemDocument};
use crate::request::Params;

/// Savings, made independent of the weather.
///
/// What a building would have used after work on it, had nothing been done, less what it used: by the daily method
/// of CalTRACK 2.0, with the band around it. A model of base load, heating and cooling is fitted to the days of the
/// baseline and meets the weather of the reporting period. Where the data doesn't suffice, `reason` says so.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/savings",
    tag = "energy",
    params(SavingsQuery, QueryHeaders),
    responses(
        (status = 200, description = "The savings", body = Success<SavingsView>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        (status = 422, description = "Periods, meters or thermometer don't fit; the parameter is named",
            content_type = "application/problem+json", body = ProblemDocument),
        QueryFailures
    )
)]
pub async fn energy_savings(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let question = Question::read(&params)?;
    let mut tx = access.query(&MODELS).await?;
    let study = Study::prepare(&mut tx, question).await?;
    drop(tx);
    let answer = access.study(move || study.answer()).await?;
    read_json(&Success::of(answer), None)
}

/// All that the calculation needs.
struct Study {
    question: Question,
    building: String,
    zone: Tz,
    carrier: Carrier,
    meters: Meters,
    totals: Vec<DayTotal>,
    thermometer: Thermometer,
    outdoors: Vec<Hour>,
}

impl Study {
    async fn prepare(tx: &mut TenantTx, question: Question) -> Result<Self, ApiError> {
        let building = building(tx, &question).await?;
        let meters = Meters::load(tx, Some(&building)).await?;
        let zone = meters.zones.get(&building).copied().unwrap_or(Tz::UTC);
        let (meters, carrier) = wanted(&meters, &question)?;
        let thermometer = match &question.thermometer {
            Some(id) => Some(Thermometer::named(tx, id).await?),
            None => Thermometer::near(tx, &building).await?,
        };
        let thermometer = thermometer.ok_or_else(|| {
            let kind = OUTDOOR[0];
            let detail = format!("is required: {building} has no sensor of the kind {kind}");
            ApiError::unfit("temperatureSensor", detail)
        })?;
        let (first, last) = question.dates();
        Ok(Self {
            totals: consumption::hours_of(tx, &meters, first, last).await?,
            outdoors: consumption::felt(tx, &thermometer, first, last).await?,
            question,
            building,
            zone,
            carrier,
            meters,
            thermometer,
        })
    }

    fn answer(self) -> SavingsView {
        let usage = consumption::used(&self.meters, &self.totals);
        let metered = match self.carrier {
            Carrier::Electricity => Metered::ELECTRICITY,
            Carrier::Gas | Carrier::Heat => Metered::HEAT,
        };
        let periods = &self.question.periods;
        let view = |range: &std::ops::Range<chrono::NaiveDate>| {
            let zero = metered.zero_is_missing;
            let days = days(&usage, &self.outdoors, self.zone, range.clone(), zero);
            PeriodView::of(range, &days)
        };
        let confidence = self.question.confidence;
        let found = savings(
            &usage,
            &self.outdoors,
            self.zone,
            periods,
            metered,
            confidence,
        );
        let mut answer = SavingsView {
            baseline: view(periods.baseline()),
            reporting: view(periods.reporting()),
            building_id: self.building,
            meter_id: self.question.meter,
            carrier: self.carrier.name(),
            temperature_sensor_id: self.thermometer.id,
            sufficient: false,
            reason: None,
            counterfactual_kwh: None,
            measured_kwh: None,
            saved_kwh: None,
            saved_percent: None,
            uncertainty_kwh: None,
            uncertainty_percent: None,
            confidence,
            model: None,
            flags: Vec::new(),
        };
        match found {
            Ok(found) => answer.fill(&found),
            Err(error) => answer.reason = Some(error.to_string()),
        }
        answer
    }
}

/// The building that is asked about, or the one of the meter.
async fn building(tx: &mut TenantTx, question: &Question) -> Result<String, ApiError> {
    let Some(meter) = &question.meter else {
        return question.building.clone().ok_or(ApiError::NotFound);
    };
    let row = documents::get(tx, ModelName::Sensors, meter).await?;
    let building = sensors::resource(&row.ok_or(ApiError::NotFound)?)?.building_id;
    match &question.building {
        Some(asked) if *asked != building => {
            Err(ApiError::unfit("meter", format!("is not in {asked}")))
        }
        Some(_) | None => Ok(building),
    }
}

/// The meters that are asked about, and what they count.
fn wanted(meters: &Meters, question: &Question) -> Result<(Meters, Carrier), ApiError> {
    if let Some(id) = &question.meter {
        let one = meters.only(|meter| meter.id == *id);
        let carrier = one.tree.meters().first().map(|meter| meter.carrier);
        let detail = "is no meter whose readings become kWh";
        let carrier = carrier.ok_or_else(|| ApiError::unfit("meter", detail))?;
        return Ok((one, carrier));
    }
    let carriers: BTreeSet<Carrier> = meters.tree.meters().iter().map(|m| m.carrier).collect();
    let carrier = match question.carrier {
        Some(carrier) => carriers.get(&carrier).copied(),
        None if carriers.len() > 1 => {
            let names: Vec<&str> = carriers.iter().map(|carrier| carrier.name()).collect();
            let detail = format!("is required: the building uses {}", names.join(", "));
            return Err(ApiError::unfit("carrier", detail));
        }
        None => carriers.first().copied(),
    };
    let detail = "has no such meter whose readings become kWh";
    let carrier = carrier.ok_or_else(|| ApiError::unfit("building", detail))?;
    Ok((meters.only(|meter| meter.carrier == carrier), carrier))
}
