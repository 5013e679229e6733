//! Trying an integration.

use axum::response::Response;
use flowgrid_domain::integrations::{Integration, IntegrationCommand, IntegrationResource};

use super::own::own;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Call the service with the credentials that are kept, and record whether it answers: any status
/// below 400 is well. The answer tells of a failure by `health` and `lastTest`; what the service said
/// is neither kept nor shown.
#[utoipa::path(
    post,
    path = "/{id}/test",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Tested, well or not",
            body = Success<Commanded<IntegrationResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn test_integration(
    access: Access<User>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let loaded = own(&access, &id).await?;
    let details = loaded.state.connected().ok_or(ApiError::NotFound)?;
    let (person, tenant) = (access.person()?, access.tenant());
    let identity = visitor.identity();
    let test = identity
        .test_integration(person, tenant, &id, details)
        .await?;
    let request = incoming.to(id, IntegrationCommand::NoteTest(test));
    let outcome = access
        .execute::<Integration>("integration.test", request)
        .await?;
    commanded(&outcome)
}
