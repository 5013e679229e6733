//! Deleting an integration.

use axum::response::Response;
use flowgrid_domain::Patch;
use flowgrid_domain::integrations::{Integration, IntegrationCommand, IntegrationResource};

use super::own::own;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Delete one of one's integrations, and destroy its credentials. Again, nothing changes.
#[utoipa::path(
    delete,
    path = "/{id}",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Deleted", body = Success<Commanded<IntegrationResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn delete_integration(
    access: Access<User>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    own(&access, &id).await?;
    let request = incoming.to(id, IntegrationCommand::Delete);
    let outcome = access
        .execute::<Integration>("integration.delete", request)
        .await?;
    let (person, tenant) = (access.person()?, access.tenant());
    // Where this breaks off, the follower of the log does it, or a repeat.
    visitor
        .identity()
        .keep_credentials(person, tenant, &outcome, &Patch::Clear)
        .await?;
    commanded(&outcome)
}
