//! Events one a line.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::shape::EventResource;
use crate::answer::Keyset;
use crate::error::ApiError;
use crate::request::Params;

const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");
/// Where the page ends, since there is no envelope to say so.
const CURSOR: HeaderName = HeaderName::from_static("x-cursor");

/// Whether lines are asked for: `format=ndjson`, or `Accept` without `format`.
pub fn is_wanted(params: &Params, headers: &HeaderMap) -> Result<bool, ApiError> {
    match params.text("format") {
        Some("ndjson") => Ok(true),
        Some("json") => Ok(false),
        Some(_) => Err(ApiError::parameter("format", "must be json or ndjson")),
        None => {
            let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
            Ok(accept.is_some_and(|list| {
                let names = list.split(',').filter_map(|part| part.split(';').next());
                names
                    .map(str::trim)
                    .any(|name| matches!(name, "application/x-ndjson" | "application/ndjson"))
            }))
        }
    }
}

pub fn lines(events: &[EventResource], page: &Keyset) -> Result<Response, ApiError> {
    let mut body = Vec::with_capacity(events.len() * 512);
    for event in events {
        serde_json::to_writer(&mut body, event).map_err(ApiError::internal)?;
        body.push(b'\n');
    }
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, NDJSON);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let cursor = HeaderValue::try_from(page.cursor.to_string());
    headers.insert(CURSOR, cursor.map_err(ApiError::internal)?);
    Ok(response)
}
