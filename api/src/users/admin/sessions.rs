//! Signing a member out.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::sessions::EndReason;
use serde_json::json;

use crate::answer::success;
use crate::context::{Access, Admin, Visitor};
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::request::PathId;

/// End all sessions that a member has in this organization, on every process within a second. It can
/// sign in again; its keys go on.
#[utoipa::path(
    delete,
    path = "/api/v1/users/admin/users/{id}/sessions",
    tag = "users",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "Ended, if there were any", body = Object,
            example = json!({"success": true, "data": {"id": "0199c3a0-5b1e-7c52-9a6f-4f0c2b7d8e91", "ended": 2}})),
        CommandFailures
    )
)]
pub async fn end_sessions_of(
    access: Access<Admin>,
    visitor: Visitor,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let person = id.parse().map_err(|_| ApiError::NotFound)?;
    let member = access.load::<Membership>(&id, None).await?;
    match member.ok_or(ApiError::NotFound)?.state {
        Membership::NotJoined | Membership::Erased(_) => return Err(ApiError::NotFound),
        // Removed half-way: the sessions may still be there.
        Membership::Active(_) | Membership::Deactivated(_) | Membership::Removed(_) => {}
    }
    let (identity, tenant) = (visitor.identity(), access.tenant());
    let ended = identity
        .sign_out_of(person, tenant, EndReason::Ended)
        .await?;
    success(StatusCode::OK, &json!({"id": id, "ended": ended}))
}
