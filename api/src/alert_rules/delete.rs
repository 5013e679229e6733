//! Deleting an alert rule.

use axum::response::Response;
use flowgrid_domain::rules::{AlertRule, AlertRuleCommand, AlertRuleResource};

use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Delete an alert rule: what it raised is resolved, a moment later. Deleting it again changes nothing.
#[utoipa::path(
    delete,
    path = "/{id}",
    tag = "alertRules",
    params(("id" = String, Path), CommandHeaders),
    responses(
        (status = 200, description = "Deleted", body = Success<Commanded<AlertRuleResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn delete_alert_rule(
    access: Access<Manager>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let request = incoming.to(id, AlertRuleCommand::Delete);
    let outcome = access.execute::<AlertRule>("alert-rule.delete", request);
    commanded(&outcome.await?)
}
