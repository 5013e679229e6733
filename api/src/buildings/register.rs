//! Registering a building.

use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::buildings::{Building, BuildingCommand, BuildingResource, read_registration};

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{BuildingInput, CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// Register a building.
///
/// The id may be chosen (a slug such as `rathaus-hechingen`), else it is a UUID. The id of a
/// building that was retired is never used again.
#[utoipa::path(
    post,
    path = "/api/v1/citypulse/buildings",
    tag = "buildings",
    params(CommandHeaders),
    request_body = BuildingInput,
    responses(
        (status = 201, description = "Registered", body = Success<Commanded<BuildingResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn register_building(
    access: Access<User>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let registration = read_registration(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let id = match registration.id {
        Some(id) => id.into(),
        None => access.ids().uuid_v7(access.now()).to_string(),
    };
    let request = Request {
        id,
        command: BuildingCommand::Register(registration.register),
        if_match: incoming.if_match,
        idempotency: incoming.idempotency,
        status: 201,
        follow_claim: false,
    };
    commanded(
        &access
            .execute::<Building>("building.register", request)
            .await?,
    )
}
