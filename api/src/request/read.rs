//! The bytes of a body, bounded in size, in time, and over all requests together.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use bytes::BytesMut;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::header_text;
use crate::context::AppState;
use crate::error::ApiError;

/// A body above this, in bytes, needs one of the few places for large ones. No command of today
/// comes near it.
const SMALL: usize = 64 * 1024;
/// When to come back while all places for large bodies are taken, in seconds.
const RETRY_S: u64 = 1;

/// Reads the body.
pub async fn read(parts: &Parts, body: Body, state: &AppState) -> Result<Bytes, ApiError> {
    read_up_to(parts, body, state, state.config().body_limit).await
}

/// The same with a limit of its own, in bytes.
pub(super) async fn read_up_to(
    parts: &Parts,
    body: Body,
    state: &AppState,
    limit: usize,
) -> Result<Bytes, ApiError> {
    let announced = header_text(&parts.headers, CONTENT_LENGTH.as_str())
        .and_then(|text| text.parse::<u64>().ok());
    // Refused before a single byte is read.
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(ApiError::TooLarge { limit });
    }
    match timeout(state.config().body_timeout, gather(body, limit, state)).await {
        Ok(result) => result,
        Err(_) => Err(ApiError::TooSlow),
    }
}

/// The frames in one piece. They are copied: a body in frames of one byte each would otherwise
/// cost more than thirty times its size.
async fn gather(mut body: Body, limit: usize, state: &AppState) -> Result<Bytes, ApiError> {
    let mut all = BytesMut::new();
    let mut place = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::Malformed {
            detail: "the body broke off".into(),
        })?;
        // Trailers are nobody's.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let length = all.len().saturating_add(data.len());
        if length > limit {
            return Err(ApiError::TooLarge { limit });
        }
        if length > SMALL && place.is_none() {
            place = Some(state.place_for_large_body().ok_or_else(crowded)?);
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

pub(super) fn crowded() -> ApiError {
    ApiError::Unavailable {
        code: "overloaded",
        detail: "too many large bodies are being read; try again".into(),
        retry_after_s: RETRY_S,
        cause: String::new(),
    }
}
