//! Changing an alert rule.

use axum::response::Response;
use flowgrid_domain::Rejection;
use flowgrid_domain::rules::{AlertRule, AlertRuleCommand, AlertRuleResource, read_rule_change};

use super::inputs::AlertRuleChangeInput;
use super::place;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Change an alert rule, or switch it on or off.
///
/// Takes the whole object as it was read: read-only fields are ignored, absent ones stay as they
/// are, null clears what may be absent, and unknown fields are refused. `kind` and `condition` come
/// together. What a rule raised at sources that it no longer looks at, or before it was switched off,
/// is resolved.
#[utoipa::path(
    put,
    path = "/{id}",
    tag = "alertRules",
    params(("id" = String, Path), CommandHeaders),
    request_body = AlertRuleChangeInput,
    responses(
        (status = 200, description = "Changed, or as it was", body = Success<Commanded<AlertRuleResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn change_alert_rule(
    access: Access<Manager>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let mut change = read_rule_change(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let loaded = access.load::<AlertRule>(&id, None).await?;
    let Some(AlertRule::Present(now)) = loaded.map(|loaded| loaded.state) else {
        return Err(Rejection::NotFound.into());
    };
    let mut after = change.over(&now);
    if after != *now {
        after.check()?;
        place::check(&access, &mut after).await?;
        // A sensor's building is known now.
        change.target = change.target.map(|_| after.target);
    }
    let request = incoming.to(id, AlertRuleCommand::Change(Box::new(change)));
    let outcome = access.execute::<AlertRule>("alert-rule.change", request);
    commanded(&outcome.await?)
}
