//! The organizations one belongs to.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::Fields;
use flowgrid_domain::values::Slug;

use super::inputs::{SwitchInput, TokenInput};
use crate::answer::{Listed, Pagination, Success, read_json, success};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, QueryFailures};
use crate::error::ApiError;
use crate::identity::{InvitationToken, OrganizationOfPerson, SignedInBody};
use crate::request::{Incoming, Window};

/// The most organizations that are shown.
const MOST: u32 = 500;

/// The organizations that the caller belongs to.
#[utoipa::path(
    get,
    path = "/organizations",
    tag = "auth",
    responses((status = 200, description = "Organizations", body = Listed<OrganizationOfPerson>),
        QueryFailures)
)]
pub async fn list_organizations(
    access: Access<Viewer>,
    visitor: Visitor,
) -> Result<Response, ApiError> {
    let identity = visitor.identity();
    let mut all = identity
        .organizations(access.person()?, access.tenant())
        .await?;
    let total = all.len() as u64;
    all.truncate(MOST as usize);
    let window = Window {
        limit: MOST,
        offset: 0,
    };
    let listed = Listed {
        success: true,
        pagination: Pagination::of(window, all.len(), total),
        data: all,
    };
    read_json(&listed, None)
}

/// New tokens for another of them, in a session of its own.
#[utoipa::path(
    post,
    path = "/switch-organization",
    tag = "auth",
    request_body = SwitchInput,
    responses((status = 200, description = "Signed in there", body = SignedInBody), CommandFailures)
)]
pub async fn switch_organization(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let slug: Option<Slug> = fields.required("organization");
    let slug = fields.finish(slug).map_err(ApiError::Invalid)?;
    let signed_in = visitor.identity().switch(access.person()?, &slug).await?;
    signed_in.response(StatusCode::OK)
}

/// Accept an invitation with the token of its mail, as somebody who has an account; then switch to it.
/// It must be for one's own address.
#[utoipa::path(
    post,
    path = "/accept-invitation",
    tag = "auth",
    request_body = TokenInput,
    responses((status = 200, description = "A member now", body = Success<OrganizationOfPerson>),
        CommandFailures)
)]
pub async fn accept_invitation(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let token: Option<InvitationToken> = fields.required("token");
    let token = fields.finish(token).map_err(ApiError::Invalid)?;
    let identity = visitor.identity();
    let joined = identity.accept_invitation(access.person()?, &token).await?;
    success(StatusCode::OK, &joined)
}
