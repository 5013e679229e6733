//! The people of an organization, as its admins administer them.

use axum::response::Response;
use flowgrid_bus::Role;
use flowgrid_domain::values::Plan;
use flowgrid_projections::Page;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Listed, listed};
use crate::context::{Access, Admin, Visitor};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::identity::{PersonFacts, permissions};
use crate::request::{Params, Window};
use crate::tenancy::{MemberQuery, MemberView, roll};

/// A user of the organization.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdministeredUser {
    #[serde(flatten)]
    member: MemberView,
    /// A subset of `read`, `write`, `delete`, `admin`.
    permissions: Vec<&'static str>,
    email_verified: bool,
    two_factor_enabled: bool,
    /// Id of an image in the file store.
    avatar: Option<String>,
    avatar_url: Option<String>,
    /// The person's own.
    plan: Plan,
}

impl AdministeredUser {
    fn of(member: MemberView, facts: PersonFacts) -> Self {
        let (id, role): (&str, Role) = (&member.member.id, member.member.role);
        let picture = facts.avatar.as_ref();
        let avatar_url = picture.map(|picture| format!("/api/v1/users/{id}/avatar?v={picture}"));
        Self {
            permissions: permissions(role),
            member,
            email_verified: facts.email_verified,
            two_factor_enabled: facts.second_factor,
            avatar: facts.avatar,
            avatar_url,
            plan: facts.plan,
        }
    }
}

/// Users of the organization, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/users/admin/users",
    tag = "users",
    params(MemberQuery, QueryHeaders),
    responses((status = 200, description = "A page", body = Listed<AdministeredUser>), QueryFailures)
)]
pub async fn list_users(
    access: Access<Admin>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ApiError> {
    let (window, identity) = (Window::of(&params)?, visitor.identity());
    let page = roll(&access, identity, &params, window).await?;
    let people: Result<Vec<_>, _> = page.items.iter().map(MemberView::person).collect();
    let facts = identity.facts_of(&people?).await?;
    let pairs = page.items.into_iter().zip(facts);
    let items = pairs
        .map(|(member, facts)| AdministeredUser::of(member, facts))
        .collect();
    listed(
        window,
        Page {
            items,
            total: page.total,
        },
    )
}
