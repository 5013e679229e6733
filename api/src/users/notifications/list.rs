//! Lists of one's notifications.

use axum::response::Response;
use flowgrid_domain::notifications::NotificationResource;
use flowgrid_projections::documents::{self, DocumentRow};
use flowgrid_projections::{ModelName, Page, ReadError};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::query::{NotificationQuery, filter};
use crate::answer::{Listed, listed};
use crate::context::{Access, Viewer};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window};

/// Own notifications in this organization, the newest first. As they happen, they come over the
/// channel `notifications`.
#[utoipa::path(
    get,
    path = "",
    tag = "users",
    params(NotificationQuery, QueryHeaders),
    responses(
        (status = 200, description = "A page", body = Listed<NotificationResource>,
            headers(("ETag" = String))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_notifications(
    access: Access<Viewer>,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, access.person()?, window)?;
    let mut tx = access.query(&[ModelName::Notifications]).await?;
    let page = documents::list(&mut tx, ModelName::Notifications, &filter).await?;
    drop(tx);
    let items: Result<Vec<_>, ReadError> = page.items.into_iter().map(shown).collect();
    let (items, total) = (items?, page.total);
    listed(window, Page { items, total })
}

/// A notification's document with what the row knows beside it.
fn shown(row: DocumentRow) -> Result<NotificationResource, ReadError> {
    let mut all: Map<String, Value> = row.body;
    let beside = json!({
        "id": row.id, "userId": row.owner, "createdAt": row.created_at,
        "updatedAt": row.updated_at, "revision": row.revision,
    });
    if let Value::Object(beside) = beside {
        all.extend(beside);
    }
    NotificationResource::deserialize(Value::Object(all))
        .map_err(|error| ReadError::Corrupt(format!("notification {}: {error}", row.id)))
}
