//! Withdrawing an alert.

use axum::response::Response;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource};

use super::person;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Withdraw an alert that should never have been raised: it is gone from every list; its history
/// stays in the log.
#[utoipa::path(
    delete,
    path = "/{id}",
    tag = "alerts",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Withdrawn", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn withdraw_alert(
    access: Access<Manager>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let command = AlertCommand::Withdraw {
        by: person(&access)?,
        at: access.now(),
    };
    let request = incoming.to(id, command);
    commanded(&access.execute::<Alert>("alert.withdraw", request).await?)
}
