//! `If-None-Match`: 304 when the caller has it already.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;

/// The tags that the caller has, when it asks for something to read.
pub fn asked(request: &Request) -> Option<HeaderValue> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return None;
    }
    request.headers().get(IF_NONE_MATCH).cloned()
}

/// The answer, or 304 without a body. Tags compare weakly (RFC 9110, 13.1.2).
pub fn answer(response: Response, known: &HeaderValue) -> Response {
    let tag = response
        .headers()
        .get(ETAG)
        .and_then(|tag| tag.to_str().ok());
    let (Some(tag), Ok(known)) = (tag, known.to_str()) else {
        return response;
    };
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let same = known.trim() == "*" || known.split(',').any(|one| opaque(one) == opaque(tag));
    if response.status() != StatusCode::OK || !same {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}
