//! Removing a sensor.

use axum::response::Response;
use flowgrid_domain::sensors::{Sensor, SensorCommand, SensorResource};

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Remove a sensor.
///
/// Its readings stay, and its id stays taken. Removing it again changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/citypulse/sensors/{id}",
    tag = "sensors",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Removed", body = Success<Commanded<SensorResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn remove_sensor(
    access: Access<Manager>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let request = incoming.to(id, SensorCommand::Remove);
    let outcome = access.execute::<Sensor>("sensor.remove", request).await?;
    if let Some(details) = outcome.state.details() {
        access.note_removed(&outcome.id, &details.installed.building_id);
    }
    commanded(&outcome)
}
