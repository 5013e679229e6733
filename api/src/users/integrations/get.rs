//! One integration.

use axum::response::Response;
use flowgrid_domain::integrations::IntegrationResource;
use flowgrid_projections::{ModelName, documents};

use super::own::shown;
use crate::answer::{Success, etag, read_json};
use crate::context::{Access, User};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::PathId;

/// One of one's integrations.
#[utoipa::path(
    get,
    path = "/{id}",
    tag = "users",
    params(("id" = String, Path), QueryHeaders),
    responses(
        (status = 200, description = "The integration", body = Success<IntegrationResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Unchanged since If-None-Match"),
        QueryFailures
    )
)]
pub async fn get_integration(
    access: Access<User>,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let person = access.person()?.to_string();
    let mut tx = access.query(&[ModelName::Integrations]).await?;
    let row = documents::get(&mut tx, ModelName::Integrations, &id).await?;
    drop(tx);
    let mine = row.filter(|row| row.owner.as_ref() == Some(&person));
    let there = mine.filter(|row| row.body.get("present") == Some(&true.into()));
    let integration = shown(there.ok_or(ApiError::NotFound)?)?;
    let tag = etag(integration.revision)?;
    read_json(&Success::of(integration), Some(tag))
}
