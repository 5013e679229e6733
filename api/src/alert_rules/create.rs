//! Creating an alert rule.

use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::rules::{AlertRule, AlertRuleCommand, AlertRuleResource, read_rule};

use super::inputs::AlertRuleInput;
use super::place;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// Create an alert rule.
///
/// A rule looks at each reading as it comes and raises at most one alert for each time a source goes
/// wrong. `kind` says what it looks at, `condition` when that is wrong:
///
/// - `threshold` {above, below}: a reading beyond a bound;
/// - `rateOfChange` {above, below, perSeconds}: the change from one reading to the next;
/// - `noData` {forSeconds}: nothing newer has come;
/// - `forecastDeviation` {percent, atLeast}: a reading further from its forecast than both. A worker fits the
///   forecast from the sensor's past (at least four days of hours), and anew each day; until then nothing is raised;
/// - `expression` {expression}: CEL over a building's sensors, such as
///   `value["cooling"] > 1.0 && value["heating"] > 1.0 && age["heating"] < 900.0`.
///
/// Values are those of readings, calibrated, in the sensor's unit. The id may be chosen, else it is a
/// UUID; that of a deleted rule is never used again.
#[utoipa::path(
    post,
    path = "",
    tag = "alertRules",
    params(CommandHeaders),
    request_body = AlertRuleInput,
    responses(
        (status = 201, description = "Created", body = Success<Commanded<AlertRuleResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn create_alert_rule(
    access: Access<Manager>,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let creation = read_rule(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let mut definition = creation.definition;
    definition.check()?;
    place::check_room(&access).await?;
    place::check(&access, &mut definition).await?;
    let id = match creation.id {
        Some(id) => id.into(),
        None => access.ids().uuid_v7(access.now()).to_string(),
    };
    let request = Request {
        id,
        command: AlertRuleCommand::Create(Box::new(definition)),
        if_match: incoming.if_match,
        idempotency: incoming.idempotency,
        status: 201,
        follow_claim: false,
    };
    let outcome = access.execute::<AlertRule>("alert-rule.create", request);
    commanded(&outcome.await?)
}
