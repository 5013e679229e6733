//! Headers that may stand once: a proxy and we might each believe another of two.

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, IF_MATCH};
use axum::http::{HeaderMap, HeaderName};

use crate::error::ApiError;

const ONCE: [HeaderName; 9] = [
    AUTHORIZATION,
    CONTENT_TYPE,
    HOST,
    IF_MATCH,
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("x-frontend-source"),
    HeaderName::from_static("x-min-position"),
    HeaderName::from_static("x-request-id"),
];

/// # Errors
/// When one of them is there twice.
pub fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    // Nearly always no name is there twice, and nothing need be looked up.
    if headers.len() == headers.keys_len() {
        return Ok(());
    }
    let twice = |name: &&HeaderName| headers.get_all(*name).iter().nth(1).is_some();
    match ONCE.iter().find(twice) {
        Some(name) => Err(ApiError::Malformed {
            detail: format!("the header {name} is given twice").into(),
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn what_decides_stands_once() {
        let mut headers = HeaderMap::new();
        headers.append("accept", HeaderValue::from_static("a"));
        headers.append("accept", HeaderValue::from_static("b"));
        headers.append("host", HeaderValue::from_static("x"));
        assert!(check(&headers).is_ok());
        headers.append("host", HeaderValue::from_static("x"));
        assert!(check(&headers).is_err());
    }
}
