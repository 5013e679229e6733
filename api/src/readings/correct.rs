//! Correcting readings.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_bus::Position;
use flowgrid_commands::Recording;
use flowgrid_domain::readings::intake::MOST_ERRORS;
use flowgrid_domain::readings::{Corrections, read_corrections};
use serde::Serialize;
use utoipa::ToSchema;

use super::accepted::positioned;
use super::inputs::CorrectionsInput;
use crate::answer::Success;
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, DeliveryHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// HTTP status of corrections that were recorded.
const CREATED: u16 = 201;

/// What was corrected.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CorrectedReadings {
    /// Values that took the place of others.
    #[schema(example = 1)]
    pub replaced: usize,
    /// Readings that are none any more.
    #[schema(example = 0)]
    pub voided: usize,
    /// Hand it back as `X-Min-Position` to read what you wrote.
    #[schema(value_type = String, example = "2-7f3a91c2-1234")]
    pub position: Position,
}

/// Replace or void readings, all or none.
///
/// The aggregates follow. Readings of a sensor that is removed can still be corrected.
#[utoipa::path(
    post,
    path = "/api/v1/citypulse/readings/corrections",
    tag = "readings",
    params(DeliveryHeaders),
    request_body(content = CorrectionsInput, example = json!({
        "reason": "the meter was read wrongly",
        "replace": [{"sensorId": "main-meter", "timestamp": "2026-05-01T00:00:00Z", "value": 1.2}],
        "void": [{"sensorId": "main-meter", "timestamp": "2026-05-01T00:15:00Z"}]
    })),
    responses(
        (status = 201, description = "Corrected", body = Success<CorrectedReadings>,
            headers(("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn correct_readings(
    access: Access<Manager>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let read = read_corrections(&incoming.fields()?, access.now());
    let corrections = read.map_err(ApiError::Invalid)?;
    let buildings = buildings(&access, &corrections).await?;
    let buildings: Vec<&str> = buildings.iter().map(|one| &**one).collect();
    let recording = Recording {
        events: corrections.to_events(&buildings),
        idempotency: incoming.idempotency,
        status: CREATED,
    };
    let recorded = access.record("readings.correct", recording).await?;
    let status = StatusCode::from_u16(recorded.status).map_err(ApiError::internal)?;
    let corrected = CorrectedReadings {
        replaced: corrections.replaced(),
        voided: corrections.voided(),
        position: recorded.position,
    };
    positioned(status, recorded.position, &Success::of(corrected))
}

/// Where each sensor is.
async fn buildings(
    access: &Access<Manager>,
    corrections: &Corrections,
) -> Result<Vec<Box<str>>, ApiError> {
    let known = access.sensors(&corrections.sensors(), MOST_ERRORS).await?;
    let mut buildings = Vec::with_capacity(known.len());
    let mut errors = Vec::new();
    for (at, sensor) in known.iter().enumerate() {
        match sensor {
            Some(sensor) => buildings.push(sensor.building.clone()),
            None => errors.extend(corrections.error(at, "names no sensor")),
        }
    }
    if errors.is_empty() {
        return Ok(buildings);
    }
    errors.truncate(MOST_ERRORS);
    Err(ApiError::Invalid(errors))
}
