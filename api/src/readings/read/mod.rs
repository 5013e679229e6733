//! Readings of a sensor as they came, or what they come to.

mod answer;
mod buckets;
mod raw;

use std::str::FromStr;

use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_analysis::buckets::BucketSize;
use flowgrid_domain::sensors::SensorResource;
use flowgrid_projections::{ModelName, buildings, documents, sensors};

use self::answer::ReadingsAnswer;
use super::inputs::ReadingsOfSensorQuery;
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, PathId, TimeRange, limit};

/// Which models tell of readings.
const MODELS: [ModelName; 4] = [
    ModelName::Readings,
    ModelName::Sensors,
    ModelName::Buildings,
    ModelName::Alerts,
];

/// What is asked for.
struct Asked {
    range: TimeRange,
    limit: usize,
}

/// A size of buckets by its name.
struct Size(BucketSize);

impl FromStr for Size {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self).map_err(drop)
    }
}

/// The readings of a sensor, by time; with `bucket`, what they come to.
///
/// Pages by key: hand the answer's `cursor` back for what follows. Raw values are as they were reported;
/// buckets are those of the calendar of the sensor's building, calibrated, in the sensor's unit: `sum` is
/// the amount (of a meter that counts, the difference), `mean` the mean over time of what is measured at
/// moments.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/sensors/{id}/readings",
    tag = "readings",
    params(("id" = String, Path), ReadingsOfSensorQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = ReadingsAnswer, headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn readings_of_sensor(
    access: Access<Viewer>,
    PathId(id): PathId,
    params: Params,
) -> Result<Response, ApiError> {
    let sizes = "hour, day, week or month";
    let (bucket, interval) = (
        params.parsed::<Size>("bucket", sizes)?,
        params.parsed::<Size>("interval", sizes)?,
    );
    let size = bucket.or(interval).map(|Size(size)| size);
    let mut asked = Asked {
        range: TimeRange::of(&params, access.now(), usual(size))?,
        limit: limit(&params)? as usize,
    };
    if let Some(after) = params.time("cursor")? {
        asked.range.from = asked.range.from.max(after);
    }
    let mut tx = access.query(&MODELS).await?;
    let row = documents::get(&mut tx, ModelName::Sensors, &id).await?;
    let sensor = sensors::resource(&row.ok_or(ApiError::NotFound)?)?;
    let Some(size) = size else {
        return raw::page(&mut tx, &sensor, asked).await;
    };
    let zone = zone(&mut tx, &sensor).await?;
    buckets::page(&mut tx, &sensor, asked, size, zone).await
}

/// How far back an answer reaches that is not told.
fn usual(size: Option<BucketSize>) -> TimeDelta {
    TimeDelta::days(match size {
        None | Some(BucketSize::Hour) => 1,
        Some(BucketSize::Day) => 30,
        Some(BucketSize::Week) => 26 * 7,
        Some(BucketSize::Month) => 366,
    })
}

/// That of the sensor's building.
async fn zone(
    tx: &mut flowgrid_projections::TenantTx,
    sensor: &SensorResource,
) -> Result<chrono_tz::Tz, ApiError> {
    let building = buildings::get(tx, &sensor.building_id).await?;
    let name = building.and_then(|building| building.timezone);
    Ok(name.and_then(|name| name.parse().ok()).unwrap_or_default())
}

/// A moment as a cursor: what follows begins here.
fn cursor(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
