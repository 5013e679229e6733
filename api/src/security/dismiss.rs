//! Dealing with a threat.

use axum::response::Response;
use flowgrid_domain::security::{Threat, ThreatCommand, ThreatResource};
use flowgrid_domain::values::PersonId;

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Admin};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Dismiss a threat: somebody has dealt with it. What is seen from now on is another one. Once more
/// changes nothing.
#[utoipa::path(
    post,
    path = "/threats/{id}/dismiss",
    tag = "security",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Dismissed", body = Success<Commanded<ThreatResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn dismiss_threat(
    access: Access<Admin>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    // A tool's token is no person's, and has a name of its own.
    let by = match access.answers() {
        Ok(person) => person.to_string(),
        Err(_) => access.actor().to_owned(),
    };
    let command = ThreatCommand::Dismiss {
        by: PersonId::parse(&by).map_err(ApiError::internal)?,
        at: access.now(),
    };
    let request = incoming.to(id, command);
    commanded(&access.execute::<Threat>("threat.dismiss", request).await?)
}
