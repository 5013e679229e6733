//! Which pages of other origins may call.

use std::time::Duration;

use axum::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER,
};
use axum::http::{HeaderName, Method};
use tower_http::cors::CorsLayer;

use crate::context::ApiConfig;

/// How long a browser may remember a preflight's answer.
const REMEMBERED: Duration = Duration::from_secs(3600);

pub fn layer(config: &ApiConfig) -> CorsLayer {
    let named = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(config.allowed_origins.clone())
        .allow_credentials(true)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            ACCEPT,
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            named("idempotency-key"),
            named("last-event-id"),
            named("traceparent"),
            named("tracestate"),
            named("x-api-key"),
            named("x-frontend-source"),
            named("x-min-position"),
            named("x-request-id"),
            named("x-requested-with"),
        ])
        .expose_headers([
            ETAG,
            RETRY_AFTER,
            named("x-cursor"),
            named("x-event-position"),
            named("x-request-id"),
            named("ratelimit-limit"),
            named("ratelimit-remaining"),
            named("ratelimit-reset"),
            named("ratelimit-policy"),
            named("ratelimit"),
        ])
        .max_age(REMEMBERED)
}
