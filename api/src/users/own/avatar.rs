//! Pictures of people.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::inputs::AvatarForm;
use super::profile::{ProfileResource, answered};
use crate::answer::{Commanded, Success, etag};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders, QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId, Upload};

const WEBP: HeaderValue = HeaderValue::from_static("image/webp");
/// Kept by the browser alone, and only to be confirmed: who has left shows no picture any more.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// Upload one's picture: PNG, JPEG or WebP of at most 2 MB and 4,096 pixels a side, as the body itself or
/// as the file of a form.
///
/// It is drawn anew, at most 512 pixels a side, without anything but its pixels, and shows in place of
/// the profile's `avatarUrl`.
#[utoipa::path(
    put,
    path = "/api/v1/users/avatar",
    tag = "users",
    params(CommandHeaders),
    request_body(content((Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/webp"),
        (AvatarForm = "multipart/form-data"))),
    responses((status = 200, description = "Changed", body = Success<Commanded<ProfileResource>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_avatar(
    access: Access<Viewer>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, ApiError> {
    let (person, tenant, role) = (access.person()?, access.tenant(), access.role());
    let Upload { bytes, conditions } = upload;
    let identity = visitor.identity();
    let changed = identity
        .change_avatar(person, tenant, role, bytes, &conditions)
        .await?;
    answered(changed)
}

/// Show no picture any more.
#[utoipa::path(
    delete,
    path = "/api/v1/users/avatar",
    tag = "users",
    params(CommandHeaders),
    responses((status = 200, description = "Changed", body = Success<Commanded<ProfileResource>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn remove_avatar(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let (person, tenant, role) = (access.person()?, access.tenant(), access.role());
    let (identity, on) = (visitor.identity(), incoming.conditions());
    let changed = identity.remove_avatar(person, tenant, role, &on).await?;
    answered(changed)
}

/// The picture of a member of the organization, a WebP; `me` is oneself.
#[utoipa::path(
    get,
    path = "/api/v1/users/{id}/avatar",
    tag = "users",
    params(("id" = String, Path), QueryHeaders),
    responses((status = 200, description = "The picture", body = Vec<u8>, content_type = "image/webp",
        headers(("ETag" = String))), QueryFailures)
)]
pub async fn get_avatar(
    access: Access<Viewer>,
    visitor: Visitor,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let person: Uuid = match &*id {
        "me" => access.person()?,
        id => id.parse().map_err(|_| ApiError::NotFound)?,
    };
    let identity = visitor.identity();
    let picture = identity.avatar_of(access.tenant(), person).await?;
    let mut response = (StatusCode::OK, picture.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, WEBP);
    headers.insert(ETAG, etag(picture.id)?);
    headers.insert(CACHE_CONTROL, REVALIDATE);
    Ok(response)
}
