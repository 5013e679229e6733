//! Who one is, and whether one's token is good.

use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::read_json;
use crate::context::{Access, Viewer, Visitor};
use crate::document::QueryFailures;
use crate::error::ApiError;
use crate::identity::UserResource;

/// Oneself.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    user: UserResource,
}

/// A token that is good.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// Always true.
    #[schema(example = true)]
    valid: bool,
    expires_at: DateTime<Utc>,
    /// Whose it is.
    user_id: String,
    /// Slug of the organization that it is good for.
    organization: String,
    role: &'static str,
}

/// The current user.
#[utoipa::path(
    get,
    path = "/me",
    tag = "auth",
    responses((status = 200, description = "Oneself", body = Me), QueryFailures)
)]
pub async fn me(access: Access<Viewer>, visitor: Visitor) -> Result<Response, ApiError> {
    let identity = visitor.identity();
    let user = identity
        .user(access.person()?, access.tenant(), access.role())
        .await?;
    read_json(
        &Me {
            success: true,
            user,
        },
        None,
    )
}

/// Is this token good, until when, for what?
#[utoipa::path(
    get,
    path = "/verify",
    tag = "auth",
    responses((status = 200, description = "It is good", body = Verified), QueryFailures)
)]
pub async fn verify(access: Access<Viewer>) -> Result<Response, ApiError> {
    let verified = Verified {
        success: true,
        valid: true,
        expires_at: access.expires_at(),
        user_id: access.actor().to_owned(),
        organization: access.tenant().slug().to_owned(),
        role: access.role().as_str(),
    };
    read_json(&verified, None)
}
