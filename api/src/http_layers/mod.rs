//! What happens around every request, from the outside in: ids, headers, measuring and logging;
//! CORS; compression; rate limits; spelling, conditional answers and caught panics.

mod answered;
mod app;
mod conditional;
mod cors;
mod edge;
mod inner;
mod limited;
mod once;
mod repeated;
mod request_id;
mod security;
mod spelling;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::VARY;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

pub use self::app::App;
use self::edge::edge;
use self::limited::limited;
use crate::context::AppState;

/// Answers below this are not worth compressing, in bytes.
const WORTH_COMPRESSING: u64 = 1024;

/// What the way through CORS and compression depends on, for caches on the other way.
const BY_BROWSER: HeaderValue = HeaderValue::from_static("Origin, Accept-Encoding");

/// Wraps the routes.
pub fn around(routes: Router, state: AppState) -> App {
    let size = SizeAbove::new(WORTH_COMPRESSING);
    let compression = CompressionLayer::new().compress_when(size.and(answered::is_text));
    let browsers = routes
        .clone()
        .layer(from_fn_with_state(state.clone(), limited))
        .layer(compression)
        .layer(cors::layer(state.config()))
        .layer(from_fn_with_state(state.clone(), outermost));
    let plain = routes.layer(from_fn_with_state(state, both));
    App::new(browsers, plain)
}

async fn outermost(State(state): State<AppState>, request: Request, next: Next) -> Response {
    edge(&state, request, |request| next.run(request)).await
}

async fn both(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let served = |request| limited(State(state.clone()), request, next);
    let mut response = edge(&state, request, served).await;
    response.headers_mut().append(VARY, BY_BROWSER);
    response
}
