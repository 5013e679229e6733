//! One sensor.

use axum::response::Response;
use flowgrid_domain::sensors::SensorResource;
use flowgrid_projections::{ModelName, documents, sensors};

use super::reports::add_reports;
use crate::answer::{Success, read_revision};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::PathId;

/// One sensor, with its newest reading.
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
    let models = [ModelName::Sensors, ModelName::Readings];
    let mut tx = access.query(&models).await?;
    let row = documents::get(&mut tx, ModelName::Sensors, &id).await?;
    let mut found = [sensors::resource(&row.ok_or(ApiError::NotFound)?)?];
    add_reports(tx, &mut found, access.now()).await?;
    let [sensor] = found;
    let revision = sensor.revision;
    read_revision(&Success::of(sensor), revision)
}
