//! Changing an alert.

use axum::response::Response;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource, read_alert_change};

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{AlertChangeInput, CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Change title, message or severity of an alert.
///
/// Takes the whole object as it was read: what can't be changed is ignored, absent fields stay as
/// they are, and unknown ones are refused.
#[utoipa::path(
    put,
    path = "/{id}",
    tag = "alerts",
    params(("id" = String, Path), CommandHeaders),
    request_body = AlertChangeInput,
    responses(
        (status = 200, description = "Changed, or as it was", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn change_alert(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let change = read_alert_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let command = AlertCommand::Change(change);
    let request = incoming.to(id, command);
    commanded(&access.execute::<Alert>("alert.change", request).await?)
}
