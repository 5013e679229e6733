//! Headers that every answer bears, also a failed one.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS, X_XSS_PROTECTION,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

const ALWAYS: [(HeaderName, HeaderValue); 5] = [
    (
        STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000; includeSubDomains; preload"),
    ),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
];

/// Pages of ours bring a policy of their own.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'self'");
/// What says nothing of caches is kept by none.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const BY_FRONTEND: HeaderValue = HeaderValue::from_static("X-Frontend-Source");

/// Adds them; `spelled` says that the answer's spelling depends on the frontend.
pub fn secure(headers: &mut HeaderMap, spelled: bool) {
    headers.reserve(10);
    for (name, value) in ALWAYS {
        headers.insert(name, value);
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(POLICY);
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    if spelled {
        headers.append(VARY, BY_FRONTEND);
    }
}
