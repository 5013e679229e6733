//! What happens around every request, from the outside in: ids, headers, measuring and logging;
//! CORS; compression; spelling, conditional answers and caught panics.

mod answered;
mod conditional;
mod cors;
mod edge;
mod inner;
mod once;
mod request_id;
mod security;
mod spelling;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::context::AppState;

/// Answers below this are not worth compressing, in bytes.
const WORTH_COMPRESSING: u64 = 1024;

/// Wraps the routes.
pub fn around(routes: Router, state: AppState) -> Router {
    let size = SizeAbove::new(WORTH_COMPRESSING);
    let compression = CompressionLayer::new().compress_when(size.and(answered::is_text));
    routes
        .layer(from_fn(inner::inner))
        .layer(compression)
        .layer(cors::layer(state.config()))
        .layer(from_fn_with_state(state, edge::edge))
}
