//! Lists of integrations.

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_domain::integrations::IntegrationResource;
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::{ModelName, Page, ReadError};
use utoipa::IntoParams;
use uuid::Uuid;

use super::own::shown;
use crate::answer::{Listed, listed};
use crate::context::{Access, User};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::identity::present;
use crate::request::{Params, Window};

/// Which integrations.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct IntegrationQuery {
    service: Option<String>,
    /// `active` or `inactive`; both without it.
    status: Option<String>,
    /// `unknown`, `ok` or `failed`.
    health: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

/// Own integrations, the newest first, with their health and their last use.
#[utoipa::path(
    get,
    path = "",
    tag = "users",
    params(IntegrationQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<IntegrationResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_integrations(access: Access<User>, params: Params) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, access.person()?, window)?;
    let mut tx = access.query(&[ModelName::Integrations]).await?;
    let page = documents::list(&mut tx, ModelName::Integrations, &filter).await?;
    drop(tx);
    let items: Result<Vec<_>, ReadError> = page.items.into_iter().map(shown).collect();
    let (items, total) = (items?, page.total);
    listed(window, Page { items, total })
}

fn filter(params: &Params, person: Uuid, window: Window) -> Result<DocumentFilter, ApiError> {
    let mut filter = DocumentFilter {
        updated_since: params.time("updatedSince")?,
        offset: window.offset.into(),
        ..present(person, window.limit)
    };
    if let Some(service) = params.text("service") {
        filter.equal.push(("service", service.to_owned()));
    }
    for (name, known) in [
        ("status", &["active", "inactive"][..]),
        ("health", &["unknown", "ok", "failed"][..]),
    ] {
        match params.text(name) {
            None | Some("all") => {}
            Some(text) if known.contains(&text) => filter.equal.push((name, text.to_owned())),
            Some(_) => {
                let detail = format!("must be one of {}", known.join(", "));
                return Err(ApiError::parameter(name, detail));
            }
        }
    }
    Ok(filter)
}
