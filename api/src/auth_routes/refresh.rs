//! Going on with a refresh token.

use axum::http::StatusCode;
use axum::response::Response;

use super::given::RefreshToken;
use super::inputs::RefreshInput;
use crate::context::Visitor;
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::SignedInBody;

/// Exchange a refresh token for new tokens.
///
/// The token comes in the body or, with an allowed Origin, in the cookie. The one that was given stays
/// good until one of the new ones is first used, so a lost answer costs nobody a login. One that was
/// exchanged before that has been stolen: the session ends.
#[utoipa::path(
    post,
    path = "/refresh",
    tag = "auth",
    security(()),
    request_body = RefreshInput,
    responses((status = 200, description = "Goes on", body = SignedInBody), CommandFailures)
)]
pub async fn refresh(visitor: Visitor, given: RefreshToken) -> Result<Response, ApiError> {
    exchange(visitor, given).await
}

/// The same, as some frontends call it.
#[utoipa::path(
    post,
    path = "/refresh-token",
    tag = "auth",
    security(()),
    request_body = RefreshInput,
    responses((status = 200, description = "Goes on", body = SignedInBody), CommandFailures)
)]
pub async fn refresh_token(visitor: Visitor, given: RefreshToken) -> Result<Response, ApiError> {
    exchange(visitor, given).await
}

async fn exchange(visitor: Visitor, given: RefreshToken) -> Result<Response, ApiError> {
    let token = given.needed()?;
    visitor
        .identity()
        .refresh(&token)
        .await?
        .response(StatusCode::OK)
}
