//! What can be told from an answer's head.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Extensions, HeaderMap, StatusCode, Version};

/// Texts are compressed; pictures are already.
pub fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = content_type(headers);
    is_json(kind) || kind.starts_with("text/") || kind.starts_with("application/x-ndjson")
}

/// The JSON family.
pub fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim_end();
    essence == "application/json" || essence.ends_with("+json")
}

pub fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
