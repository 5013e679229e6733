//! Lists of alerts.

use axum::response::Response;
use flowgrid_domain::alerts::{AlertResource, AlertStatus, Severity};
use flowgrid_projections::ModelName;
use flowgrid_projections::alerts::{self, Filter, Sort, SortField, SourceFilter};

use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{AlertQuery, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window, sort_of};

/// Alerts, filtered, sorted, paged; the newest first unless `sort` says otherwise.
#[utoipa::path(
    get,
    path = "",
    tag = "alerts",
    params(AlertQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<AlertResource>, headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_alerts(access: Access<Viewer>, params: Params) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, window)?;
    let mut tx = access.query(&[ModelName::Alerts]).await?;
    let page = alerts::list(&mut tx, &filter).await?;
    drop(tx);
    listed(window, page)
}

fn filter(params: &Params, window: Window) -> Result<Filter, ApiError> {
    let sort = sort_of(params, SortField::parse)?;
    let first = |names: &[&'static str]| params.any_of(names).map(|(_, text)| text.to_owned());
    Ok(Filter {
        status: status(params)?,
        severity: severity(params)?,
        source: params.text("source").map(SourceFilter::parse),
        building: first(&["building", "buildingId"]),
        node: first(&["node", "nodeId"]),
        assignee: first(&["assignee"]),
        text: params.search()?,
        updated_since: params.time("updatedSince")?,
        sort: sort.map_or_else(Sort::default, |(field, descending)| Sort {
            field,
            descending,
        }),
        limit: window.limit,
        offset: window.offset.into(),
    })
}

fn status(params: &Params) -> Result<Option<AlertStatus>, ApiError> {
    let known = [
        AlertStatus::Open,
        AlertStatus::Acknowledged,
        AlertStatus::Resolved,
    ];
    let Some(text) = params.text("status").filter(|text| *text != "all") else {
        return Ok(None);
    };
    let found = known.into_iter().find(|status| status.as_str() == text);
    found
        .map(Some)
        .ok_or_else(|| ApiError::parameter("status", "must be open, acknowledged or resolved"))
}

/// `severity`, or `type`, as frontends call it.
fn severity(params: &Params) -> Result<Option<Severity>, ApiError> {
    let Some((name, text)) = params.any_of(&["severity", "type"]) else {
        return Ok(None);
    };
    Severity::parse(text)
        .map(Some)
        .map_err(|invalid| ApiError::parameter(name, invalid.0))
}
