//! A command as it comes in: its body and what its headers ask for.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use flowgrid_commands::{Idempotency, Request as Command};
use serde_json::{Map, Value};

use super::body::{check_coding, check_content_type, read_object};
use super::idempotency::idempotency;
use super::precondition::if_match;
use super::read::read;
use crate::context::AppState;
use crate::error::ApiError;

/// Under which conditions a command may happen.
#[derive(Clone, Default)]
pub struct Conditions {
    pub if_match: Option<u64>,
    pub idempotency: Option<Idempotency>,
}

/// Everything but the caller and the path.
#[derive(Clone)]
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
        check_coding(&parts.headers)?;
        let body = read(&parts, body, state).await?;
        if !body.is_empty() {
            check_content_type(&parts.headers)?;
        }
        let idempotency = idempotency(&parts, &body, state)?;
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

    /// What its headers ask for.
    pub fn conditions(&self) -> Conditions {
        Conditions {
            if_match: self.if_match,
            idempotency: self.idempotency.clone(),
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
