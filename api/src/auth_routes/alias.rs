//! The same routes where older frontends look for them.

use axum::extract::{OriginalUri, Request};
use axum::http::{HeaderName, HeaderValue, header::LINK};
use axum::middleware::Next;
use axum::response::Response;

/// Where they are canonical.
pub const CANONICAL: &str = "/api/v1/auth";
pub const ALIAS: &str = "/auth";

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// Since the beginning of 2026 (RFC 9745).
const SINCE: HeaderValue = HeaderValue::from_static("@1767225600");

/// Says of an answer where it should have been asked for.
pub async fn deprecated(OriginalUri(uri): OriginalUri, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let path = uri.path();
    let path = path.strip_prefix("/api").unwrap_or(path);
    let link = format!("</api/v1{path}>; rel=\"successor-version\"");
    if let Ok(link) = HeaderValue::try_from(link) {
        response.headers_mut().insert(LINK, link);
    }
    response.headers_mut().insert(DEPRECATION, SINCE);
    response
}
