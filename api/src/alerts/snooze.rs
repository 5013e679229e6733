//! Snoozing an alert.

use axum::response::Response;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource, read_snooze};

use super::person;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{CommandFailures, CommandHeaders, SnoozeInput};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Keep an alert quiet until a time in the future.
#[utoipa::path(
    post,
    path = "/{id}/snooze",
    tag = "alerts",
    params(("id" = String, Path), CommandHeaders),
    request_body = SnoozeInput,
    responses(
        (status = 200, description = "Snoozed", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn snooze_alert(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let until = read_snooze(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let command = AlertCommand::Snooze {
        until,
        by: person(&access)?,
        at: access.now(),
    };
    let request = incoming.to(id, command);
    commanded(&access.execute::<Alert>("alert.snooze", request).await?)
}
