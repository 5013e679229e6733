//! The list of threats.

use axum::response::Response;
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::security::{ThreatKind, ThreatResource, ThreatStatus};
use flowgrid_projections::documents::{self, DocumentFilter, DocumentRow};
use flowgrid_projections::{ModelName, Page, ReadError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::events::order;
use super::inputs::ThreatQuery;
use crate::answer::{Listed, listed};
use crate::context::{Access, Admin};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window};

/// Threats to the organization, the newest first: guessing of passwords, refresh tokens used twice,
/// probing of permissions, logins from unusual addresses. Each names its evidence.
#[utoipa::path(
    get,
    path = "/threats",
    tag = "security",
    params(ThreatQuery, QueryHeaders),
    responses((status = 200, description = "A page", body = Listed<ThreatResource>), QueryFailures)
)]
pub async fn list_threats(access: Access<Admin>, params: Params) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = DocumentFilter {
        equal: equal(&params)?,
        updated_since: params.time("updatedSince")?,
        order: order(&params)?,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    };
    let mut tx = access.query(&[ModelName::Threats]).await?;
    let page = documents::list(&mut tx, ModelName::Threats, &filter).await?;
    drop(tx);
    let shown: Result<Vec<_>, ReadError> = page.items.iter().map(shown).collect();
    let page = Page {
        items: shown?,
        total: page.total,
    };
    listed(window, page)
}

fn equal(params: &Params) -> Result<Vec<(&'static str, String)>, ApiError> {
    let mut equal = Vec::new();
    if let Some(status) = params.text("status").filter(|text| *text != "all") {
        if !ThreatStatus::ALL.iter().any(|one| one.as_str() == status) {
            return Err(ApiError::parameter("status", "must be open or dismissed"));
        }
        equal.push(("status", status.to_owned()));
    }
    if let Some(severity) = params.text("severity") {
        let severity = Severity::parse(severity)
            .map_err(|invalid| ApiError::parameter("severity", invalid.0))?;
        equal.push(("severity", severity.as_str().to_owned()));
    }
    if let Some((name, kind)) = params.any_of(&["threatType", "type"]) {
        let kinds = ThreatKind::ALL.map(ThreatKind::as_str);
        if !kinds.contains(&kind) {
            let detail = format!("must be one of {}", kinds.join(", "));
            return Err(ApiError::parameter(name, detail));
        }
        equal.push(("threatType", kind.to_owned()));
    }
    Ok(equal)
}

fn shown(row: &DocumentRow) -> Result<ThreatResource, ReadError> {
    let mut all = row.body.clone();
    let beside = json!({
        "id": row.id, "createdAt": row.created_at, "updatedAt": row.updated_at,
        "revision": row.revision,
    });
    if let Value::Object(beside) = beside {
        all.extend(beside);
    }
    ThreatResource::deserialize(Value::Object(all))
        .map_err(|error| ReadError::Corrupt(format!("threat {}: {error}", row.id)))
}
