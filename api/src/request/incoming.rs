//! A command as it comes in: its body and what its headers ask for.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::request::Parts;
use flowgrid_commands::{Idempotency, Request as Command};
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::body::{check_content_type, read_object};
use super::header_text;
use super::idempotency::idempotency;
use super::precondition::if_match;
use crate::context::AppState;
use crate::error::ApiError;

/// Everything but the caller and the path.
pub struct Incoming {
    /// Empty when there was no body.
    body: Bytes,
    pub if_match: Option<u64>,
    pub idempotency: Option<Idempotency>,
}

impl FromRequest<AppState> for Incoming {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let if_match = if_match(&parts.headers)?;
        let body = read(&parts, body, state).await?;
        if !body.is_empty() {
            check_content_type(&parts.headers)?;
        }
        let idempotency = idempotency(&parts, &body)?;
        Ok(Self {
            body,
            if_match,
            idempotency,
        })
    }
}

impl Incoming {
    /// A command to something that exists, answered with 200.
    pub fn to<C>(self, id: String, command: C) -> Command<C> {
        Command {
            id,
            command,
            if_match: self.if_match,
            idempotency: self.idempotency,
            status: 200,
            follow_claim: false,
        }
    }

    /// The body's fields, names in camelCase.
    pub fn fields(&self) -> Result<Map<String, Value>, ApiError> {
        if self.body.is_empty() {
            return Err(ApiError::Malformed {
                detail: "the body must be a JSON object".into(),
            });
        }
        read_object(&self.body)
    }

    /// The same where nothing need be said.
    pub fn fields_or_none(&self) -> Result<Map<String, Value>, ApiError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Map::new());
        }
        read_object(&self.body)
    }
}

/// Reads the body, bounded in size and time.
async fn read(parts: &Parts, body: Body, state: &AppState) -> Result<Bytes, ApiError> {
    let limit = state.config().body_limit;
    let announced = header_text(&parts.headers, CONTENT_LENGTH.as_str())
        .and_then(|text| text.parse::<u64>().ok());
    // Refused before a single byte is read.
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(ApiError::TooLarge { limit });
    }
    match timeout(state.config().body_timeout, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_over_limit(&error) => Err(ApiError::TooLarge { limit }),
        Ok(Err(_)) => Err(ApiError::Malformed {
            detail: "the body broke off".into(),
        }),
        Err(_) => Err(ApiError::TooSlow),
    }
}

fn is_over_limit(error: &axum::Error) -> bool {
    let source = std::error::Error::source(error);
    source.is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}
