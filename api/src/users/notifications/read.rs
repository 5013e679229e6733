//! Marking one notification as read.

use axum::response::Response;
use flowgrid_domain::notifications::NotificationResource;

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Mark one of one's notifications as read. It stays read: again, nothing changes.
#[utoipa::path(
    put,
    path = "/{id}/read",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Read", body = Success<Commanded<NotificationResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn read_notification(
    access: Access<Viewer>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let (person, tenant) = (access.person()?, access.tenant());
    let conditions = incoming.conditions();
    let identity = visitor.identity();
    let outcome = identity
        .read_notification(person, tenant, id, conditions)
        .await?;
    commanded(&outcome)
}
