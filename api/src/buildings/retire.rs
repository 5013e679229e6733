//! Retiring a building.

use axum::response::Response;
use flowgrid_domain::buildings::{Building, BuildingCommand, BuildingResource};

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Retire a building.
///
/// Its history stays, and its id stays taken. Retiring it again changes nothing.
#[utoipa::path(
    delete,
    path = "/api/v1/citypulse/buildings/{id}",
    tag = "buildings",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Retired", body = Success<Commanded<BuildingResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn retire_building(
    access: Access<Manager>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let request = incoming.to(id, BuildingCommand::Retire);
    commanded(
        &access
            .execute::<Building>("building.retire", request)
            .await?,
    )
}
