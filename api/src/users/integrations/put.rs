//! Changing an integration.

use axum::response::Response;
use flowgrid_domain::integrations::{
    Integration, IntegrationCommand, IntegrationResource, read_integration_change,
};

use super::inputs::IntegrationChangeInput;
use super::own::own;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Change one of one's integrations.
///
/// Takes the whole object as it was read; what is absent stays, credentials too. They are replaced as a
/// whole, destroyed by null, and never sent to another host than the one they were given for.
#[utoipa::path(
    put,
    path = "/{id}",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    request_body = IntegrationChangeInput,
    responses(
        (status = 200, description = "Changed, or as it was",
            body = Success<Commanded<IntegrationResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn change_integration(
    access: Access<User>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    own(&access, &id).await?;
    let read = read_integration_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let request = incoming.to(id, IntegrationCommand::Change(read.change));
    let outcome = access
        .execute::<Integration>("integration.change", request)
        .await?;
    let (person, tenant) = (access.person()?, access.tenant());
    visitor
        .identity()
        .keep_credentials(person, tenant, &outcome, &read.credentials)
        .await?;
    commanded(&outcome)
}
