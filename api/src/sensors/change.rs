//! Changing and calibrating a sensor.

use axum::response::Response;
use flowgrid_domain::sensors::{Sensor, SensorCommand, SensorResource, read_change};

use super::inputs::SensorChangeInput;
use super::place;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Change or calibrate a sensor.
///
/// Takes the whole object as it was read: read-only fields are ignored, absent ones stay as they
/// are, null clears what may be unknown, and unknown fields are refused.
#[utoipa::path(
    put,
    path = "/api/v1/citypulse/sensors/{id}",
    tag = "sensors",
    params(("id" = String, Path), CommandHeaders),
    request_body = SensorChangeInput,
    responses(
        (status = 200, description = "Changed, or as it was", body = Success<Commanded<SensorResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn change_sensor(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let change = read_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    place::check_change(&access, &id, &change).await?;
    let request = incoming.to(id, SensorCommand::Change(change));
    commanded(&access.execute::<Sensor>("sensor.change", request).await?)
}
