//! One's sessions.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::sessions::EndReason;
use serde_json::json;

use crate::answer::{Listed, Pagination, read_json, success};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, QueryFailures};
use crate::error::ApiError;
use crate::identity::SessionResource;
use crate::request::{PathId, Window};

/// The most sessions of a person: all are shown.
const MOST: u32 = 100;

/// Own sessions, in all organizations, the last used first.
#[utoipa::path(
    get,
    path = "/sessions",
    tag = "auth",
    responses((status = 200, description = "Sessions", body = Listed<SessionResource>), QueryFailures)
)]
pub async fn list_sessions(access: Access<Viewer>, visitor: Visitor) -> Result<Response, ApiError> {
    let sessions = visitor
        .identity()
        .sessions(access.person()?, access.session())
        .await?;
    let window = Window {
        limit: MOST,
        offset: 0,
    };
    let listed = Listed {
        success: true,
        pagination: Pagination::of(window, sessions.len(), sessions.len() as u64),
        data: sessions,
    };
    read_json(&listed, None)
}

/// End one of one's sessions, on every process within a second.
#[utoipa::path(
    delete,
    path = "/sessions/{id}",
    tag = "auth",
    params(("id" = String, Path)),
    responses((status = 200, description = "Ended", body = Object), CommandFailures)
)]
pub async fn end_session(
    access: Access<Viewer>,
    visitor: Visitor,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let session = id.parse().map_err(|_| ApiError::NotFound)?;
    let identity = visitor.identity();
    identity
        .end_session(access.person()?, session, EndReason::Ended)
        .await?;
    success(StatusCode::OK, &json!({"id": id, "ended": true}))
}

/// End all of one's sessions but this one, in all organizations, on every process within a second:
/// after a change of password this happens by itself.
#[utoipa::path(
    delete,
    path = "/sessions",
    tag = "auth",
    responses(
        (status = 200, description = "Ended, if there were any", body = Object,
            example = json!({"success": true, "data": {"ended": 3}})),
        CommandFailures
    )
)]
pub async fn end_other_sessions(
    access: Access<Viewer>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let (person, this) = (access.person()?, access.session());
    let identity = visitor.identity();
    let ended = identity
        .end_other_sessions(person, this, EndReason::Ended)
        .await?;
    success(StatusCode::OK, &json!({"ended": ended}))
}
