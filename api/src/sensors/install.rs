//! Installing a sensor.

use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::sensors::{Sensor, SensorCommand, SensorResource, read_installation};

use super::inputs::SensorInput;
use super::place;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// Install a sensor in a building.
///
/// The id may be chosen, else it is a UUID; that of a sensor that was removed is never used again.
/// What its readings mean never changes: for another building, unit or mode install another sensor.
#[utoipa::path(
    post,
    path = "/api/v1/citypulse/sensors",
    tag = "sensors",
    params(CommandHeaders),
    request_body = SensorInput,
    responses(
        (status = 201, description = "Installed", body = Success<Commanded<SensorResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn install_sensor(
    access: Access<User>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let installation = read_installation(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let mut install = installation.install;
    install.time_zone = place::check_building(&access, install.building.as_str()).await?;
    let id = match installation.id {
        Some(id) => id.into(),
        None => access.ids().uuid_v7(access.now()).to_string(),
    };
    if let Some(parent) = &install.parent {
        place::check_parent(&access, &id, install.building.as_str(), parent.as_str()).await?;
    }
    let request = Request {
        id,
        command: SensorCommand::Install(install),
        if_match: incoming.if_match,
        idempotency: incoming.idempotency,
        status: 201,
        follow_claim: false,
    };
    commanded(&access.execute::<Sensor>("sensor.install", request).await?)
}
