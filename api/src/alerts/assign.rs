//! Assigning an alert.

use axum::response::Response;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource, read_assignee};

use super::person;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{AssignInput, CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Assign an alert to somebody, or to nobody (null).
#[utoipa::path(
    post,
    path = "/{id}/assign",
    tag = "alerts",
    params(("id" = String, Path), CommandHeaders),
    request_body = AssignInput,
    responses(
        (status = 200, description = "Assigned", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn assign_alert(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let assignee = read_assignee(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let command = AlertCommand::Assign {
        assignee,
        by: person(&access)?,
        at: access.now(),
    };
    let request = incoming.to(id, command);
    commanded(&access.execute::<Alert>("alert.assign", request).await?)
}
