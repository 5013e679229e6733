//! Answers to queries.

use std::fmt::Display;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::ApiError;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Kept by the browser alone, and only to be confirmed by its entity tag.
const REVALIDATE: HeaderValue = HeaderValue::from_static("private, no-cache");

/// One thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct Success<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    pub data: T,
}

impl<T> Success<T> {
    pub fn of(data: T) -> Self {
        Self {
            success: true,
            data,
        }
    }
}

/// Serializes once.
pub fn json<T: Serialize>(status: StatusCode, body: &T) -> Result<Response, ApiError> {
    let bytes = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let mut response = (status, bytes).into_response();
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    Ok(response)
}

/// A query's answer that a later one may be compared with. Without a tag of its own (`etag`), the
/// tag is a hash of the body.
pub fn read_json<T: Serialize>(body: &T, tag: Option<HeaderValue>) -> Result<Response, ApiError> {
    let bytes = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let tag = match tag {
        Some(tag) => tag,
        None => weak_etag(&bytes)?,
    };
    let mut response = (StatusCode::OK, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    headers.insert(ETAG, tag);
    headers.insert(CACHE_CONTROL, REVALIDATE);
    Ok(response)
}

/// The same for a thing that shows more than its aggregate: the revision, which `If-Match` takes, and
/// after a dot a hash of all of it.
pub fn read_revision<T: Serialize>(body: &T, revision: u64) -> Result<Response, ApiError> {
    let bytes = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let tag = etag(format_args!("{revision}.{:016x}", hash(&bytes)))?;
    read_json(body, Some(tag))
}

/// One thing that changes all the time or never: no tag.
pub fn success<T: Serialize>(status: StatusCode, data: &T) -> Result<Response, ApiError> {
    json(status, &Success::of(data))
}

/// `"<revision>"`
pub fn etag(revision: impl Display) -> Result<HeaderValue, ApiError> {
    HeaderValue::try_from(format!("\"{revision}\"")).map_err(ApiError::internal)
}

fn weak_etag(bytes: &[u8]) -> Result<HeaderValue, ApiError> {
    HeaderValue::try_from(format!("W/\"{:016x}-{:x}\"", hash(bytes), bytes.len()))
        .map_err(ApiError::internal)
}

/// Equal bodies have equal tags, in every process: FNV-1a (Fowler, Noll, Vo), 64 bits. A collision
/// shows a page that is as old as the caller's last look.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
