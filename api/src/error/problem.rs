//! Problem documents (RFC 9457) with the fields that the frontends know.

use std::borrow::Cow;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flowgrid_domain::FieldError;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ApiError;
use crate::limits::Decision;

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// What a caller reads when a request failed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemDocument {
    /// `urn:flowgrid:problem:<code>`
    #[serde(rename = "type")]
    #[schema(example = "urn:flowgrid:problem:not-found")]
    pub kind: String,
    pub title: &'static str,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    pub detail: Cow<'static, str>,
    /// Always false.
    #[schema(example = false)]
    pub success: bool,
    /// Stable, kebab-case.
    #[schema(example = "not-found")]
    pub code: &'static str,
    /// The same as `code`.
    pub error: &'static str,
    /// The same as `detail`.
    pub message: Cow<'static, str>,
    /// Stands in the log as well.
    pub error_id: Uuid,
    /// Fields (`/name`) and parameters (`?limit`) that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// Kept beside a failed answer for the log, which writes it once, with the request's ids.
#[derive(Clone, Debug)]
pub struct Failure {
    pub error_id: Uuid,
    pub code: &'static str,
    /// For operators; empty where the answer says it all.
    pub cause: String,
}

/// Everything about an error that HTTP wants to know.
struct Parts {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    retry_after_s: Option<u64>,
    limit: Option<Decision>,
    cause: String,
}

impl Parts {
    fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after_s: None,
            limit: None,
            cause: String::new(),
        }
    }

    fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        if let Some(first) = errors.first() {
            self.detail = first.to_string().into();
        }
        self.errors = errors;
        self
    }
}

impl From<ApiError> for Parts {
    fn from(error: ApiError) -> Self {
        use ApiError as E;
        use StatusCode as S;
        match error {
            E::Malformed { detail } => {
                Self::new(S::BAD_REQUEST, "malformed", "Malformed request", detail)
            }
            E::BadInput(errors) => Self::new(
                S::BAD_REQUEST,
                "bad-input",
                "Malformed input",
                "the input can't be read",
            )
            .with_errors(errors),
            E::Unauthenticated { code, detail } => {
                Self::new(S::UNAUTHORIZED, code, "Not signed in", detail)
            }
            E::Forbidden { code, detail } => Self::new(S::FORBIDDEN, code, "Not allowed", detail),
            E::NotFound => Self::new(
                S::NOT_FOUND,
                "not-found",
                "Not found",
                "there is no such thing here",
            ),
            E::NoSuchRoute => Self::new(
                S::NOT_FOUND,
                "no-such-route",
                "Not found",
                "there is no such route",
            ),
            E::MethodNotAllowed => Self::new(
                S::METHOD_NOT_ALLOWED,
                "method-not-allowed",
                "Method not allowed",
                "the route does not know this method; see the header Allow",
            ),
            E::TooSlow => Self::new(
                S::REQUEST_TIMEOUT,
                "request-timeout",
                "Request timeout",
                "the body did not arrive in time",
            ),
            E::Conflict { code, detail } => Self::new(S::CONFLICT, code, "Conflict", detail),
            E::VersionMismatch { expected, actual } => Self::new(
                S::PRECONDITION_FAILED,
                "version-mismatch",
                "Moved on",
                format!("If-Match says revision {expected}, but it is {actual}"),
            ),
            E::TooLarge { limit } => Self::new(
                S::PAYLOAD_TOO_LARGE,
                "too-large",
                "Too large",
                format!("the body may have at most {limit} bytes"),
            ),
            E::TooMuch { detail } => {
                Self::new(S::PAYLOAD_TOO_LARGE, "too-large", "Too large", detail)
            }
            E::UnsupportedMediaType { accepted } => Self::new(
                S::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Unsupported media type",
                format!("the body must be {accepted}"),
            ),
            E::Invalid(errors) => Self::new(
                S::UNPROCESSABLE_ENTITY,
                "invalid",
                "Invalid input",
                "the input breaks a rule",
            )
            .with_errors(errors),
            E::Refused { code, detail } => {
                Self::new(S::UNPROCESSABLE_ENTITY, code, "Refused", detail)
            }
            E::TooMany(decision) => Self {
                limit: Some(decision),
                ..Self::new(
                    S::TOO_MANY_REQUESTS,
                    "rate-limited",
                    "Too many requests",
                    format!("try again in {} s", decision.retry_after_s),
                )
            },
            E::Unavailable {
                code,
                detail,
                retry_after_s,
                cause,
            } => Self {
                retry_after_s: Some(retry_after_s),
                cause,
                ..Self::new(S::SERVICE_UNAVAILABLE, code, "Try again", detail)
            },
            E::Internal { cause } => Self {
                cause,
                ..Self::new(
                    S::INTERNAL_SERVER_ERROR,
                    "internal",
                    "Internal error",
                    "something went wrong on our side; errorId finds it in the log",
                )
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let parts = Parts::from(self);
        let error_id = Uuid::from_bytes(rand::random());
        let document = ProblemDocument {
            kind: format!("urn:flowgrid:problem:{}", parts.code),
            title: parts.title,
            status: parts.status.as_u16(),
            message: parts.detail.clone(),
            detail: parts.detail,
            success: false,
            code: parts.code,
            error: parts.code,
            error_id,
            errors: parts.errors,
        };
        // Nothing in it can fail to serialize; an empty body would still bear the right status.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (parts.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, PROBLEM_JSON);
        if let Some(seconds) = parts.retry_after_s {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(decision) = parts.limit {
            decision.tell(headers);
        }
        if parts.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"flowgrid\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        response.extensions_mut().insert(Failure {
            error_id,
            code: parts.code,
            cause: parts.cause,
        });
        response
    }
}
