//! The outermost layer: the request's id, the headers of every answer, measuring, and one line in
//! the log for each failure of ours.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

use super::once;
use super::request_id::{REQUEST_ID, request_id};
use super::security::secure;
use crate::context::{AppState, RequestId};
use crate::error::Failure;
use crate::request::header_text;

/// What metrics call a request that no route knew.
const UNMATCHED: &str = "unmatched";

/// Around whatever `serve` does with the request.
pub async fn edge<F, R>(state: &AppState, mut request: Request, serve: F) -> Response
where
    F: FnOnce(Request) -> R,
    R: Future<Output = Response>,
{
    let started = Instant::now();
    let id = request_id(request.headers(), state);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let spelled = request.uri().path().starts_with("/api/v1/");
    request.extensions_mut().insert(id.clone());

    let pattern = route.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    let traceparent = header_text(request.headers(), "traceparent").map(str::to_owned);
    let span =
        tracing::debug_span!("request", %method, route = pattern, request_id = &*id.0, traceparent);
    let mut response = match once::check(request.headers()) {
        Ok(()) => serve(request).instrument(span).await,
        Err(error) => error.into_response(),
    };

    if let Ok(value) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    secure(response.headers_mut(), spelled);
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        log(&failure, response.status(), &method, pattern, &id);
    }
    let metrics = state.metrics();
    let status = response.status();
    metrics.request(name(&method), pattern, status.as_str(), started.elapsed());
    response
}

/// Failures of ours are errors; those of callers only show when asked for.
fn log(failure: &Failure, status: StatusCode, method: &Method, route: &str, id: &RequestId) {
    let (status, code) = (status.as_u16(), failure.code);
    let (error_id, request_id) = (&failure.error_id, &*id.0);
    let cause = &*failure.cause;
    if status == 500 {
        tracing::error!(%error_id, request_id, %method, route, status, code, cause, "request failed");
    } else if status > 500 {
        tracing::warn!(%error_id, request_id, %method, route, status, code, cause, "request not served");
    } else {
        tracing::debug!(%error_id, request_id, %method, route, status, code, cause, "request refused");
    }
}

/// Callers can make up methods, but not series of metrics.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
