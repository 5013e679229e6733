//! Lists of alert rules.

use axum::response::Response;
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::rules::{AlertRuleResource, RuleKind};
use flowgrid_projections::alert_rules::{self, BUILDING, DELETED, SENSOR};
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page};

use super::inputs::AlertRuleQuery;
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window, sort_of};

/// Alert rules, filtered, sorted, paged.
#[utoipa::path(
    get,
    path = "",
    tag = "alertRules",
    params(AlertRuleQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<AlertRuleResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_alert_rules(
    access: Access<Viewer>,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, window)?;
    let mut tx = access.query(&[ModelName::AlertRules]).await?;
    let found = documents::list(&mut tx, ModelName::AlertRules, &filter).await?;
    drop(tx);
    let mut items = Vec::with_capacity(found.items.len());
    for row in &found.items {
        items.extend(alert_rules::resource(row)?);
    }
    let total = found.total;
    listed(window, Page { items, total })
}

fn filter(params: &Params, window: Window) -> Result<DocumentFilter, ApiError> {
    let mut equal = vec![(DELETED, "false".to_owned())];
    for (names, field) in [
        (["building", "buildingId"], BUILDING),
        (["sensor", "sensorId"], SENSOR),
    ] {
        let asked = params.any_of(&names);
        equal.extend(asked.map(|(_, id)| (field, id.to_owned())));
    }
    if let Some(kind) = params.text("kind") {
        let known = RuleKind::named(kind).ok_or_else(|| {
            let names = RuleKind::ALL.map(RuleKind::as_str).join(", ");
            ApiError::parameter("kind", format!("must be one of {names}"))
        })?;
        equal.push(("kind", known.as_str().to_owned()));
    }
    if let Some(severity) = params.text("severity") {
        let known = Severity::parse(severity)
            .map_err(|invalid| ApiError::parameter("severity", invalid.0))?;
        equal.push(("severity", known.as_str().to_owned()));
    }
    let enabled: Option<bool> = params.parsed("enabled", "must be true or false")?;
    equal.extend(enabled.map(|enabled| ("enabled", enabled.to_string())));
    Ok(DocumentFilter {
        equal,
        updated_since: params.time("updatedSince")?,
        order: order(params)?,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    })
}

fn order(params: &Params) -> Result<DocumentOrder, ApiError> {
    let sort = sort_of(params, |name| {
        ["id", "name", "createdAt", "updatedAt"]
            .into_iter()
            .find(|known| *known == name)
    })?;
    Ok(match sort {
        None | Some(("id", false)) => DocumentOrder::ById,
        Some(("createdAt", false)) => DocumentOrder::OldestFirst,
        Some(("createdAt", true)) => DocumentOrder::NewestFirst,
        Some(("updatedAt", true)) => DocumentOrder::LastChangedFirst,
        Some(("name", descending)) => DocumentOrder::ByField {
            name: "name",
            descending,
        },
        Some(_) => {
            let detail = "id sorts upwards only, updatedAt downwards only";
            return Err(ApiError::parameter("sort", detail));
        }
    })
}
