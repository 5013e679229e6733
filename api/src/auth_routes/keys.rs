//! API keys.

use std::collections::HashMap;

use axum::http::StatusCode;
use axum::http::header::ETAG;
use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_bus::Role;
use flowgrid_domain::Shown;
use flowgrid_domain::keys::{ApiKey, ApiKeyResource, read_api_key};
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter, DocumentRow};
use flowgrid_projections::{Page, ReadError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::inputs::ApiKeyInput;
use crate::answer::{Commanded, Listed, Success, commanded, etag, json, listed};
use crate::context::{Access, User, Visitor};
use crate::document::{CommandFailures, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, Params, PathId, Window};

/// A key that has just been made, with the text that is shown this once.
#[derive(Serialize, ToSchema)]
pub struct NewKey {
    #[serde(flatten)]
    made: Commanded<ApiKeyResource>,
    /// `fg_<id>_<secret>`, for the header X-API-Key.
    key: String,
}

/// Make an API key for a program. It may no more than its person may at the time of use, nor more than
/// its scopes name. The key is shown this once.
#[utoipa::path(
    post,
    path = "/api-keys",
    tag = "auth",
    request_body = ApiKeyInput,
    responses((status = 201, description = "Made", body = Success<NewKey>), CommandFailures)
)]
pub async fn make_key(
    access: Access<User>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let request = read_api_key(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let identity = visitor.identity();
    let (person, role) = (access.person()?, access.role());
    let (outcome, key) = identity
        .make_key(person, access.tenant(), role, request)
        .await?;
    let resource = outcome
        .state
        .resource(
            &outcome.id,
            outcome.created_at,
            outcome.updated_at,
            outcome.revision,
        )
        .ok_or_else(|| ApiError::internal("a key without a resource"))?;
    let shown = NewKey {
        made: Commanded {
            resource,
            position: outcome.position,
        },
        key: key.to_string(),
    };
    let mut response = json(StatusCode::CREATED, &Success::of(shown))?;
    response.headers_mut().insert(ETAG, etag(outcome.revision)?);
    Ok(response)
}

/// API keys, the newest first: one's own; managers see all of the organization.
#[utoipa::path(
    get,
    path = "/api-keys",
    tag = "auth",
    params(QueryHeaders),
    responses((status = 200, description = "A page", body = Listed<ApiKeyResource>), QueryFailures)
)]
pub async fn list_keys(
    access: Access<User>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let owner = (access.role() < Role::Manager).then(|| access.actor().to_owned());
    let filter = DocumentFilter {
        owner,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    };
    let mut tx = access.query(&[ModelName::Keys]).await?;
    let page = documents::list(&mut tx, ModelName::Keys, &filter).await?;
    drop(tx);
    let uses = visitor.identity().key_uses(access.tenant()).await?;
    let shown: Result<Vec<_>, ReadError> = page.items.iter().map(|row| shown(row, &uses)).collect();
    listed(
        window,
        Page {
            items: shown?,
            total: page.total,
        },
    )
}

/// Revoke a key, on every process within a second: one's own; managers any of the organization.
#[utoipa::path(
    delete,
    path = "/api-keys/{id}",
    tag = "auth",
    params(("id" = String, Path)),
    responses((status = 200, description = "Revoked", body = Success<Commanded<ApiKeyResource>>),
        CommandFailures)
)]
pub async fn revoke_key(
    access: Access<User>,
    visitor: Visitor,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let identity = visitor.identity();
    let (person, role) = (access.person()?, access.role());
    let outcome = identity
        .revoke_key(person, access.tenant(), role, &id)
        .await?;
    commanded::<ApiKey>(&outcome)
}

/// A key's document with what the row and the vault know beside it.
fn shown(
    row: &DocumentRow,
    uses: &HashMap<String, DateTime<Utc>>,
) -> Result<ApiKeyResource, ReadError> {
    let mut all: Map<String, Value> = row.body.clone();
    let beside = serde_json::json!({
        "id": row.id, "userId": row.owner, "lastUsedAt": uses.get(&row.id),
        "createdAt": row.created_at, "updatedAt": row.updated_at, "revision": row.revision,
    });
    if let Value::Object(beside) = beside {
        all.extend(beside);
    }
    ApiKeyResource::deserialize(Value::Object(all))
        .map_err(|error| ReadError::Corrupt(format!("key {}: {error}", row.id)))
}
