//! `Idempotency-Key` where no command keeps a receipt: signing in, and what belongs to it.
//!
//! Where the answer holds a secret, nothing of it is kept, and a repeat gets 409 `already-done`;
//! elsewhere the first answer again. What failed is forgotten.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use flowgrid_vault::{Claim, Repeat};

use super::answered::{content_type, is_json};
use crate::context::AppState;
use crate::error::ApiError;
use crate::request::{described, idempotency_key, read_body};

/// The longest answer that is kept, in bytes; what is longer counts as secret.
const LONGEST: usize = 16 * 1024;

/// Routes whose answer holds a secret.
const SECRET: [&str; 9] = [
    "register",
    "login",
    "refresh",
    "refresh-token",
    "switch-organization",
    "accept-invitation",
    "2fa/setup",
    "2fa/verify",
    "api-keys",
];

/// Routes whose answer may be kept.
const OPEN: [&str; 7] = [
    "logout",
    "change-password",
    "change-email",
    "forgot-password",
    "reset-password",
    "verify-email",
    "2fa/disable",
];

/// What may be kept of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Nothing,
    Answer,
}

/// Serves a request, once for each key. What is no request of that kind is just served.
pub async fn once<F, R>(state: &AppState, request: Request, serve: F) -> Response
where
    F: FnOnce(Request) -> R,
    R: Future<Output = Response>,
{
    let keyed = request.headers().contains_key("idempotency-key");
    let keep = keep(request.method(), request.uri().path());
    let (true, Some(keep)) = (keyed, keep) else {
        return serve(request).await;
    };
    let (claim, request) = match begin(state, request).await {
        Ok(Begun::First(claim, request)) => (claim, *request),
        Ok(Begun::Again(response)) => return response,
        Err(error) => return error.into_response(),
    };
    let response = serve(request).await;
    match claim {
        Some(claim) => finish(state, &claim, keep, response).await,
        None => response,
    }
}

enum Begun {
    /// Without a claim where nobody signs in.
    First(Option<Claim>, Box<Request>),
    Again(Response),
}

async fn begin(state: &AppState, request: Request) -> Result<Begun, ApiError> {
    let (parts, body) = request.into_parts();
    let Some(key) = idempotency_key(&parts.headers)? else {
        let request = Request::from_parts(parts, body);
        return Ok(Begun::First(None, Box::new(request)));
    };
    let body = read_body(&parts, body, state).await?;
    let known = state
        .begin_once(&parts, key, &described(&parts, &body))
        .await?;
    let claim = match known {
        None => None,
        Some(Repeat::First(claim)) => Some(claim),
        Some(Repeat::Done(Some(answer))) => return Ok(Begun::Again(again(&answer))),
        Some(Repeat::Done(None)) => return Err(already_done()),
        Some(Repeat::Running) => return Err(in_progress()),
        Some(Repeat::Other) => return Err(other()),
    };
    let request = Request::from_parts(parts, Body::from(body));
    Ok(Begun::First(claim, Box::new(request)))
}

async fn finish(state: &AppState, claim: &Claim, keep: Keep, response: Response) -> Response {
    if !response.status().is_success() {
        state.forget_once(claim).await;
        return response;
    }
    let kept = keep == Keep::Answer
        && response.status() == StatusCode::OK
        && is_json(content_type(response.headers()));
    if !kept {
        state.finish_once(claim, None).await;
        return response;
    }
    let (parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return ApiError::internal(error).into_response(),
    };
    let short = Some(&*bytes).filter(|bytes| bytes.len() <= LONGEST);
    state.finish_once(claim, short).await;
    Response::from_parts(parts, Body::from(bytes))
}

/// The first answer.
fn again(answer: &[u8]) -> Response {
    let body = Bytes::copy_from_slice(answer);
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Which requests are looked after here: those that a route takes, so that all others are told so. What
/// changes a resource with PUT is a command with a receipt of its own.
fn keep(method: &Method, path: &str) -> Option<Keep> {
    let path = path.trim_end_matches('/');
    let rest = path.strip_prefix("/api/v1/auth/");
    let rest = rest.or_else(|| path.strip_prefix("/auth/"))?;
    match *method {
        Method::POST if SECRET.contains(&rest) => Some(Keep::Nothing),
        Method::POST if OPEN.contains(&rest) => Some(Keep::Answer),
        Method::DELETE if rest.starts_with("sessions/") || rest.starts_with("api-keys/") => {
            Some(Keep::Answer)
        }
        _ => None,
    }
}

fn already_done() -> ApiError {
    ApiError::Conflict {
        code: "already-done",
        detail:
            "this was done under the same Idempotency-Key; its answer was secret and is not kept"
                .into(),
    }
}

fn in_progress() -> ApiError {
    ApiError::Conflict {
        code: "in-progress",
        detail: "the first request under this Idempotency-Key is under way; try again".into(),
    }
}

fn other() -> ApiError {
    ApiError::Refused {
        code: "idempotency-key-reused",
        detail: "the Idempotency-Key was used for another request".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_never_kept_and_queries_never_looked_up() {
        let post = |path| keep(&Method::POST, path);
        for path in ["/api/v1/auth/login", "/auth/login/", "/auth/2fa/setup"] {
            assert_eq!(post(path), Some(Keep::Nothing), "{path}");
        }
        assert_eq!(post("/auth/logout"), Some(Keep::Answer));
        let key = keep(&Method::DELETE, "/api/v1/auth/api-keys/7");
        assert_eq!(key, Some(Keep::Answer));
        assert_eq!(keep(&Method::GET, "/auth/me"), None);
        assert_eq!(post("/auth/me"), None);
        assert_eq!(keep(&Method::DELETE, "/auth/refresh"), None);
        assert_eq!(keep(&Method::PUT, "/api/v1/auth/profile"), None);
        assert_eq!(post("/api/v1/citypulse/buildings"), None);
    }
}
