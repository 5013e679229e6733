//! The public keys of the access tokens.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

use crate::answer::json;
use crate::context::AppState;
use crate::error::ApiError;

/// A new key is published this long before it signs (`ops/runbooks/rotate-jwt-secret.md`).
const FIVE_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// With these anybody can check an access token: a JSON Web Key Set (RFC 7517). Empty where tokens
/// are signed with a shared secret.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "auth",
    security(()),
    responses((status = 200, description = "A JSON Web Key Set", body = Object))
)]
pub async fn jwks(State(state): State<AppState>) -> Result<Response, ApiError> {
    let mut response = json(StatusCode::OK, &state.tokens().jwks())?;
    response.headers_mut().insert(CACHE_CONTROL, FIVE_MINUTES);
    Ok(response)
}
