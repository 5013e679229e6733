//! What can go wrong for a caller, in one type, mapped to HTTP in one place ([`problem`]).

mod from;
mod problem;

use std::borrow::Cow;

use flowgrid_domain::FieldError;

use crate::limits::Decision;

pub use problem::{Failure, ProblemDocument};

/// Why a request was not answered as hoped. What the caller reads and what the log keeps (`cause`)
/// are apart.
#[derive(Debug)]
pub enum ApiError {
    /// 400: the request can't be read at all.
    Malformed { detail: Cow<'static, str> },
    /// 400: fields or parameters can't be read; each is named.
    BadInput(Vec<FieldError>),
    /// 401: no token, or one that doesn't hold.
    Unauthenticated {
        code: &'static str,
        detail: Cow<'static, str>,
    },
    /// 403: known, but not allowed.
    Forbidden {
        code: &'static str,
        detail: Cow<'static, str>,
    },
    /// 404: no such thing in the caller's organization.
    NotFound,
    /// 404: no such route.
    NoSuchRoute,
    /// 405: the route exists, but not for this method.
    MethodNotAllowed,
    /// 408: the body did not arrive in time.
    TooSlow,
    /// 409: the thing is in a state in which this can't happen.
    Conflict {
        code: &'static str,
        detail: Cow<'static, str>,
    },
    /// 412: the thing moved on since the caller read it.
    VersionMismatch { expected: u64, actual: u64 },
    /// 413: the body is over its limit, in bytes.
    TooLarge { limit: usize },
    /// 413: the body holds more than can come at once.
    TooMuch { detail: Cow<'static, str> },
    /// 415: the body is of another kind than those accepted, or compressed in another way.
    UnsupportedMediaType { accepted: &'static str },
    /// 422: the input breaks a rule of the domain; each field is named.
    Invalid(Vec<FieldError>),
    /// 422: the input is sound, but a rule forbids it.
    Refused {
        code: &'static str,
        detail: Cow<'static, str>,
    },
    /// 429: asked too often.
    TooMany(Decision),
    /// 503: try again after so many seconds.
    Unavailable {
        code: &'static str,
        detail: Cow<'static, str>,
        retry_after_s: u64,
        cause: String,
    },
    /// 500: our fault. The caller learns an id to ask about, the log the cause.
    Internal { cause: String },
}

impl ApiError {
    /// One query parameter can't be read.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self::BadInput(vec![FieldError::new(format!("?{name}"), detail)])
    }

    /// One query parameter can be read, but not be.
    pub fn unfit(name: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(format!("?{name}"), detail)])
    }

    /// One header can't be read.
    pub fn header(name: &'static str, detail: &'static str) -> Self {
        Self::Malformed {
            detail: format!("{name}: {detail}").into(),
        }
    }

    /// Something of ours broke.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        Self::Internal {
            cause: cause.to_string(),
        }
    }
}
