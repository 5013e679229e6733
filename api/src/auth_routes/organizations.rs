//! The organizations one belongs to.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::Fields;
use flowgrid_domain::values::Slug;

use super::inputs::SwitchInput;
use crate::answer::{Listed, Pagination, read_json};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, QueryFailures};
use crate::error::ApiError;
use crate::identity::{OrganizationOfPerson, SignedInBody};
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
