//! Another role for a member.

use axum::response::Response;
use flowgrid_bus::Role;
use flowgrid_domain::memberships::read_role_change;
use flowgrid_domain::values::Plan;
use serde_json::{Map, Value};

use super::inputs::RoleInput;
use crate::answer::{Commanded, Success};
use crate::context::{Access, Admin, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};
use crate::tenancy::{Change, MemberView, answered, change_member};

/// Give a member another role; its tokens say so within a second.
///
/// 422 `last-admin` for the last admin.
#[utoipa::path(
    put,
    path = "/api/v1/users/admin/users/{id}/role",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    request_body = RoleInput,
    responses((status = 200, description = "Changed, or as it was", body = Success<Commanded<MemberView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_role(
    access: Access<Admin>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let (role, premium) = read(incoming.fields()?)?;
    let identity = visitor.identity();
    let change = Change::Role(role);
    let outcome = change_member(&access, identity, &id, &incoming, change).await?;
    if premium {
        let person = outcome.id.parse().map_err(ApiError::internal)?;
        identity.give_plan(person, Plan::Pro).await?;
    }
    answered(identity, access.tenant(), &outcome).await
}

/// The role, and whether it was Flov7's premium: a user who pays for a plan of its own.
fn read(mut body: Map<String, Value>) -> Result<(Role, bool), ApiError> {
    let premium = body.get("role").is_some_and(|role| role == "premium");
    if premium {
        body.insert("role".into(), Role::User.as_str().into());
    }
    let role = read_role_change(&body).map_err(ApiError::Invalid)?;
    Ok((role, premium))
}
