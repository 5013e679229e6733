//! One alert rule.

use axum::response::Response;
use flowgrid_domain::rules::AlertRuleResource;
use flowgrid_projections::{ModelName, alert_rules, documents};

use crate::answer::{Success, etag, read_json};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::PathId;

/// One alert rule.
#[utoipa::path(
    get,
    path = "/{id}",
    tag = "alertRules",
    params(("id" = String, Path), QueryHeaders),
    responses(
        (status = 200, description = "The rule", body = Success<AlertRuleResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Unchanged since If-None-Match"),
        QueryFailures
    )
)]
pub async fn get_alert_rule(
    access: Access<Viewer>,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let mut tx = access.query(&[ModelName::AlertRules]).await?;
    let row = documents::get(&mut tx, ModelName::AlertRules, &id).await?;
    drop(tx);
    let row = row.ok_or(ApiError::NotFound)?;
    let rule = alert_rules::resource(&row)?.ok_or(ApiError::NotFound)?;
    let tag = etag(rule.revision)?;
    read_json(&Success::of(rule), Some(tag))
}
