//! Raising an alert by hand.

use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource, read_raise};
use flowgrid_domain::values::AlertId;

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{AlertInput, CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// Raise an alert.
///
/// At most one alert of a source and alertType is open: raising it again counts it up and answers
/// 200 with that one. Without a source the alert is its own source, so two that are raised by hand
/// stay two. Whether the building or node exists is not looked at: an alert about something that
/// isn't known yet is better than none.
#[utoipa::path(
    post,
    path = "",
    tag = "alerts",
    params(CommandHeaders),
    request_body = AlertInput,
    responses(
        (status = 201, description = "Raised", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        (status = 200, description = "It was open and has been counted up", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn raise_alert(access: Access<User>, incoming: Incoming) -> Result<Response, ApiError> {
    let now = access.now();
    let id = access.ids().uuid_v7(now).to_string();
    let alert_id = AlertId::parse(&id).map_err(ApiError::internal)?;
    let raise = read_raise(&incoming.fields()?, &alert_id, now).map_err(ApiError::Invalid)?;
    let request = Request {
        id,
        command: AlertCommand::Raise(raise),
        if_match: incoming.if_match,
        idempotency: incoming.idempotency,
        status: 201,
        follow_claim: true,
    };
    let mut outcome = access.execute::<Alert>("alert.raise", request).await?;
    // Counted up, not made: also when a repeat under the same key shows it again.
    if outcome.state.facts().is_some_and(|facts| facts.count > 1) {
        outcome.status = 200;
    }
    commanded(&outcome)
}
