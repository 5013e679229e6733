//! One sensor.

use axum::response::Response;
use flowgrid_domain::sensors::SensorResource;
use flowgrid_projections::{ModelName, documents, sensors};

use super::shown;
use crate::answer::{Success, etag, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::PathId;

/// One sensor.
#[utoipa::path(
    get,
    path = "/api/v1/citypulse/sensors/{id}",
    tag = "sensors",
    params(("id" = String, Path), QueryHeaders),
    responses(
        (status = 200, description = "The sensor", body = Success<SensorResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Unchanged since If-None-Match"),
        QueryFailures
    )
)]
pub async fn get_sensor(access: Access<Viewer>, PathId(id): PathId) -> Result<Response, ApiError> {
    let mut tx = access.query(&[ModelName::Sensors]).await?;
    let row = documents::get(&mut tx, ModelName::Sensors, &id).await?;
    drop(tx);
    let row = row.ok_or(ApiError::NotFound)?;
    let sensor = shown(sensors::resource(&row)?, access.now());
    let tag = etag(sensor.revision)?;
    read_json(&Success::of(sensor), Some(tag))
}
