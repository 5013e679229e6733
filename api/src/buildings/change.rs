//! Changing a building.

use axum::response::Response;
use flowgrid_domain::buildings::{Building, BuildingCommand, BuildingResource, read_change};

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{BuildingChangeInput, CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Change a building.
///
/// Takes the whole object as it was read: read-only fields are ignored, absent ones stay as they
/// are, null clears what may be unknown, and unknown fields are refused.
#[utoipa::path(
    put,
    path = "/api/v1/citypulse/buildings/{id}",
    tag = "buildings",
    params(("id" = String, Path), CommandHeaders),
    request_body = BuildingChangeInput,
    responses(
        (status = 200, description = "Changed, or as it was", body = Success<Commanded<BuildingResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn change_building(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let change = read_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let request = incoming.to(id, BuildingCommand::Change(change));
    commanded(
        &access
            .execute::<Building>("building.change", request)
            .await?,
    )
}
