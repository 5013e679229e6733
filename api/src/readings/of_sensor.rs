//! Readings of one sensor.

use axum::response::Response;

use super::accepted::Accepted;
use super::inputs::{ReadingInput, ReadingsQuery};
use super::options::Options;
use super::take::take;
use crate::answer::Success;
use crate::context::{Access, User};
use crate::document::{CommandFailures, DeliveryHeaders};
use crate::error::ApiError;
use crate::request::{Delivery, Params, PathId};

/// Record one or many readings of a sensor, all or none.
///
/// As for many sensors, but nothing need say whose the readings are.
#[utoipa::path(
    post,
    path = "/api/v1/citypulse/sensors/{id}/readings",
    tag = "readings",
    params(("id" = String, Path), ReadingsQuery, DeliveryHeaders),
    request_body(content(
        (Vec<ReadingInput> = "application/json",
            example = json!([{"timestamp": "2026-05-01T00:00:00Z", "value": 1.25}])),
        (String = "application/x-ndjson", example = "{\"timestamp\":\"2026-05-01T00:00:00Z\",\"value\":1.25}\n"),
        (String = "text/csv", example = "timestamp,value\n2026-05-01T00:00:00Z,1.25\n"),
    )),
    responses(
        (status = 200, description = "What would have been recorded (dryRun)", body = Success<Accepted>),
        (status = 201, description = "Recorded", body = Success<Accepted>,
            headers(("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn record_readings_of_sensor(
    access: Access<User>,
    PathId(id): PathId,
    params: Params,
    delivery: Delivery,
) -> Result<Response, ApiError> {
    let known = access.sensors(std::slice::from_ref(&id), 1).await?;
    if known.iter().any(Option::is_none) {
        return Err(ApiError::NotFound);
    }
    let options = Options::of(&params, &access)?;
    take(&access, options, Some(&id), delivery).await
}
