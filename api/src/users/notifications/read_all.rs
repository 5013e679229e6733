//! Marking all notifications as read.

use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use flowgrid_bus::Position;
use flowgrid_projections::ModelName;
use flowgrid_projections::documents;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::query::own;
use crate::answer::{EVENT_POSITION, Success, json};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;

/// The most that are marked by one call, and how many are looked up at once.
const MOST: usize = 5_000;
const PAGE: u32 = 500;

/// How many were marked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadAll {
    /// How many were unread and are read now.
    count: u64,
    /// Unread ones are left: call again.
    has_more: bool,
    /// Where the last of them stands; null when there was none. Hand it back as `X-Min-Position`.
    #[schema(value_type = Option<String>)]
    position: Option<Position>,
}

/// Mark one's notifications as read, at most 5,000 by one call, the newest first: those that the list
/// shows, so `X-Min-Position` says how new it must be.
#[utoipa::path(
    put,
    path = "/read-all",
    tag = "users",
    params(CommandHeaders, ("X-Min-Position" = Option<String>, Header)),
    responses(
        (status = 200, description = "Marked", body = Success<ReadAll>,
            headers(("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn read_all_notifications(
    access: Access<Viewer>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let (person, tenant) = (access.person()?, access.tenant());
    let (ids, has_more) = unread(&access, person).await?;
    let identity = visitor.identity();
    let marked = identity.read_notifications(person, tenant, ids).await?;
    let positions = marked.iter().map(|outcome| outcome.position);
    answer(ReadAll {
        count: marked.len() as u64,
        has_more,
        position: positions.max_by_key(|position| position.n),
    })
}

/// Ids of what the person has not read, and whether there are more.
async fn unread(access: &Access<Viewer>, person: Uuid) -> Result<(Vec<String>, bool), ApiError> {
    let mut tx = access.query(&[ModelName::Notifications]).await?;
    let mut filter = own(person, PAGE);
    filter.equal.push(("read", false.to_string()));
    let mut ids = Vec::new();
    loop {
        filter.offset = ids.len() as u64;
        let page = documents::list(&mut tx, ModelName::Notifications, &filter).await?;
        let found = page.items.len();
        ids.extend(page.items.into_iter().map(|row| row.id));
        let has_more = page.total > ids.len() as u64;
        if found == 0 || !has_more || ids.len() >= MOST {
            return Ok((ids, has_more));
        }
    }
}

fn answer(read: ReadAll) -> Result<Response, ApiError> {
    let position = read.position;
    let mut response = json(StatusCode::OK, &Success::of(read))?;
    if let Some(position) = position {
        let value = HeaderValue::try_from(position.to_string()).map_err(ApiError::internal)?;
        response.headers_mut().insert(EVENT_POSITION, value);
    }
    Ok(response)
}
