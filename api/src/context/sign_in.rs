//! From a request's headers to the principal.

use std::sync::Arc;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::{AppState, Witness};
use crate::auth::Principal;
use crate::error::ApiError;
use crate::limits::Meter;

/// Who calls. Counts the request: a member's, or that of an address whose token doesn't hold.
pub(super) async fn sign_in(parts: &Parts, state: &AppState) -> Result<Arc<Principal>, ApiError> {
    let found = identify(parts, state).await;
    if let (Ok(principal), Some(witness)) = (&found, parts.extensions.get::<Witness>()) {
        witness.learn(principal);
    }
    let Some(meter) = parts.extensions.get::<Meter>() else {
        return found;
    };
    match &found {
        Ok(principal) => meter.principal(principal, state.0.watch.plans.of(principal)),
        Err(_) => meter.stranger(),
    }
    .map_err(ApiError::TooMany)?;
    found
}

/// Checks the bearer token or the key.
pub(super) async fn identify(parts: &Parts, state: &AppState) -> Result<Arc<Principal>, ApiError> {
    let Some(value) = parts.headers.get(AUTHORIZATION) else {
        let Some(key) = parts.headers.get("x-api-key") else {
            return refuse(
                "unauthenticated",
                "send a token: Authorization: Bearer <token>",
            );
        };
        let key = key.to_str().unwrap_or_default();
        return state.0.keys.holder(key, parts, state).await;
    };
    let token = value.to_str().ok().and_then(bearer);
    match token {
        Some(token) => Ok(state.tokens().verify(token)?),
        None => refuse(
            "token-invalid",
            "the header Authorization is not of the form Bearer <token>",
        ),
    }
}

fn refuse<T>(code: &'static str, detail: &'static str) -> Result<T, ApiError> {
    Err(ApiError::Unauthenticated {
        code,
        detail: detail.into(),
    })
}

/// The token in `Bearer <token>`; the scheme is case-insensitive (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::bearer;

    #[test]
    fn only_bearer_tokens_are_read() {
        assert_eq!(bearer("Bearer a.b.c"), Some("a.b.c"));
        assert_eq!(bearer("bearer  a.b.c "), Some("a.b.c"));
        for other in ["", "Bearer", "Bearer ", "Basic a", "a.b.c"] {
            assert_eq!(bearer(other), None, "{other:?}");
        }
    }
}
