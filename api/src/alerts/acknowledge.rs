//! Acknowledging an alert.

use axum::response::Response;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource, read_note};

use super::person;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{CommandFailures, CommandHeaders, NoteInput};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Acknowledge an alert: somebody has seen it. Once more changes nothing.
#[utoipa::path(
    post,
    path = "/{id}/acknowledge",
    tag = "alerts",
    params(("id" = String, Path), CommandHeaders),
    request_body = NoteInput,
    responses(
        (status = 200, description = "Acknowledged", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn acknowledge_alert(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let note = read_note(&incoming.fields_or_none()?).map_err(ApiError::Invalid)?;
    let command = AlertCommand::Acknowledge {
        by: person(&access)?,
        at: access.now(),
        note,
    };
    let request = incoming.to(id, command);
    commanded(
        &access
            .execute::<Alert>("alert.acknowledge", request)
            .await?,
    )
}
