//! Who belongs to the organization.

use axum::response::Response;

use super::inputs::MemberQuery;
use super::member::{MemberView, answered};
use super::roll::roll;
use super::standing::{Change, change_member};
use crate::answer::{Commanded, Listed, Success, listed};
use crate::context::{Access, Admin, Visitor};
use crate::document::{CommandFailures, CommandHeaders, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, Params, PathId, Window};

/// Members, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/organization/members",
    tag = "tenancy",
    params(MemberQuery, QueryHeaders),
    responses((status = 200, description = "A page", body = Listed<MemberView>), QueryFailures)
)]
pub async fn list_members(
    access: Access<Admin>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    listed(
        window,
        roll(&access, visitor.identity(), &params, window).await?,
    )
}

/// Remove a member: its sessions and keys here end at once. What it has elsewhere goes on.
///
/// 422 `last-admin` for the last admin. Who was removed comes back by a new invitation alone.
#[utoipa::path(
    delete,
    path = "/api/v1/organization/members/{id}",
    tag = "tenancy",
    params(("id" = String, Path), CommandHeaders),
    responses((status = 200, description = "Removed", body = Success<Commanded<MemberView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn remove_member(
    access: Access<Admin>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let identity = visitor.identity();
    let outcome = change_member(&access, identity, &id, &incoming, Change::Remove).await?;
    answered(identity, access.tenant(), &outcome).await
}
