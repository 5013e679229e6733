//! One's own profile, where E's frontends look for it.

use axum::response::Response;

use crate::answer::{Commanded, Success};
use crate::context::{Access, Viewer, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;
use crate::users::{ProfileInput, ProfileResource, changed};

/// Change name, settings and the address of a picture; the same as `PUT /api/v1/users/profile`.
#[utoipa::path(
    put,
    path = "/profile",
    tag = "auth",
    params(CommandHeaders),
    request_body = ProfileInput,
    responses((status = 200, description = "Changed", body = Success<Commanded<ProfileResource>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_own_profile(
    access: Access<Viewer>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    changed(&access, &visitor, &incoming).await
}
