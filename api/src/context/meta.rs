//! What a request says about itself beside its token.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::AppState;
use crate::error::ApiError;
use crate::request::{TraceParent, header_text};

/// The longest `X-Frontend-Source`, in bytes.
const LONGEST_FRONTEND: usize = 64;

/// `X-Request-Id` as it was sent or made; put into the request by the outermost layer.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

/// Where a request comes from and to which trace it belongs.
#[derive(Clone, Debug)]
pub struct RequestMeta {
    pub request_id: Option<Arc<str>>,
    /// A child of the request's `traceparent`.
    pub traceparent: Option<String>,
    /// `X-Frontend-Source`
    pub frontend: Option<String>,
}

impl RequestMeta {
    pub(super) fn of(parts: &Parts, state: &AppState) -> Result<Self, ApiError> {
        let request_id = parts
            .extensions
            .get::<RequestId>()
            .map(|id| Arc::clone(&id.0));
        // A malformed traceparent starts no trace and fails no request (Trace Context, 3.2).
        let traceparent = header_text(&parts.headers, "traceparent")
            .and_then(TraceParent::parse)
            .map(|parent| parent.child(&state.ids().span_id()));
        Ok(Self {
            request_id,
            traceparent,
            frontend: frontend(&parts.headers)?,
        })
    }
}

fn frontend(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("x-frontend-source") else {
        return Ok(None);
    };
    let text = value
        .to_str()
        .ok()
        .map(str::trim)
        .filter(|text| text.len() <= LONGEST_FRONTEND)
        .ok_or_else(|| ApiError::header("X-Frontend-Source", "is no name of a frontend"))?;
    Ok(Some(text.to_ascii_lowercase()).filter(|text| !text.is_empty()))
}
