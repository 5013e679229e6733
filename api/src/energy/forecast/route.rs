//! The way from a question to what is kept.

use axum::response::Response;
use flowgrid_projections::forecasts::{self, Of};
use flowgrid_projections::{ModelName, TenantTx, buildings, documents, sensors};
use utoipa::IntoParams;

use super::answer::ForecastView;
use crate::answer::{Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::{ApiError, ProblemDocument};
use crate::request::Params;

const MODELS: [ModelName; 3] = [ModelName::Sensors, ModelName::Buildings, ModelName::Alerts];
/// Hours: a week, and what is shown where nothing is said.
const LONGEST: usize = 168;
const USUAL: usize = 48;

/// Which forecast.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct ForecastQuery {
    /// The building's id; also `buildingId`. Required unless `meter` is given.
    #[param(example = "rathaus")]
    building: Option<String>,
    /// One sensor's id, also `sensor`: sensors are forecast that a rule of the kind `forecastDeviation` looks at.
    meter: Option<String>,
    /// How many hours.
    #[param(minimum = 1, maximum = 168, default = 48)]
    horizon: Option<u32>,
}

/// What a building will use, hour by hour, with intervals.
///
/// The newest forecast that is kept: a worker fits one whenever readings have got a day further, chooses among naive
/// forecasts, exponential smoothing, a regression on calendar and temperature, the most similar days and the mean of
/// the best by a backtest, and judges it on weeks that the choice has not seen. 409 `not-yet-fitted` says why there is
/// none yet.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/energy/forecast",
    tag = "energy",
    params(ForecastQuery, QueryHeaders),
    responses(
        (status = 200, description = "The forecast", body = Success<ForecastView>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        (status = 409, description = "There is none yet; `detail` says why",
            content_type = "application/problem+json", body = ProblemDocument),
        QueryFailures
    )
)]
pub async fn energy_forecast(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let horizon = horizon(&params)?;
    let mut tx = access.query(&MODELS).await?;
    let (building, sensor) = place(&mut tx, &params).await?;
    let (of, subject) = match &sensor {
        Some(sensor) => (Of::Sensor, sensor.as_str()),
        None => (Of::Building, building.as_str()),
    };
    let Some(kept) = forecasts::newest(&mut tx, of, subject).await? else {
        let why = forecasts::why_not(&mut tx, of, subject).await?;
        return Err(not_yet(of, why));
    };
    drop(tx);
    let view = ForecastView::of(building, sensor, kept, horizon);
    read_json(&Success::of(view), None)
}

fn horizon(params: &Params) -> Result<usize, ApiError> {
    let expected = format!("a number of hours from 1 to {LONGEST}");
    let horizon = params.parsed("horizon", &expected)?.unwrap_or(USUAL);
    if !(1..=LONGEST).contains(&horizon) {
        return Err(ApiError::parameter(
            "horizon",
            format!("must be {expected}"),
        ));
    }
    Ok(horizon)
}

/// The building, and the sensor if one is asked for.
async fn place(tx: &mut TenantTx, params: &Params) -> Result<(String, Option<String>), ApiError> {
    let building = params.any_of(&["building", "buildingId"]).map(|(_, id)| id);
    if let Some((name, id)) = params.any_of(&["meter", "sensor"]) {
        let row = documents::get(tx, ModelName::Sensors, id).await?;
        let sensor = sensors::resource(&row.ok_or(ApiError::NotFound)?)?;
        if building.is_some_and(|building| building != sensor.building_id) {
            return Err(ApiError::parameter(name, "is not in this building"));
        }
        return Ok((sensor.building_id, Some(sensor.id)));
    }
    let detail = "is required, unless meter is given";
    let building = building.ok_or_else(|| ApiError::parameter("building", detail))?;
    let row = buildings::get(tx, building).await?;
    Ok((row.ok_or(ApiError::NotFound)?.id, None))
}

fn not_yet(of: Of, why: Option<String>) -> ApiError {
    let why = why.unwrap_or_else(|| {
        match of {
            Of::Building => "it is fitted within minutes of the first readings",
            Of::Sensor => "no rule of the kind forecastDeviation looks at the sensor, or its turn has not come",
        }
        .to_owned()
    });
    ApiError::Conflict {
        code: "not-yet-fitted",
        detail: format!("there is no forecast yet: {why}").into(),
    }
}
