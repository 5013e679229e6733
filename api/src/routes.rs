//! All routes, and what happens around them.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;
use crate::document::{Blank, name_aliases, name_repeats};
use crate::error::ApiError;
use crate::http_layers::App;
use crate::{
    alert_rules, alerts, analytics, auth_routes, buildings, energy, events, http_layers, ops,
    projection_routes, push, readings, security, sensors, tariffs, tenancy, users,
};

/// Everything that the document shows.
pub(crate) fn documented() -> OpenApiRouter<AppState> {
    let mut all = OpenApiRouter::with_openapi(Blank::openapi())
        .merge(auth_routes::routes())
        .merge(buildings::routes())
        .merge(sensors::routes())
        .merge(readings::routes())
        .merge(energy::routes())
        .merge(analytics::routes())
        .merge(tariffs::routes())
        .merge(events::routes())
        .merge(projection_routes::routes())
        .merge(ops::routes())
        .merge(tenancy::routes())
        .merge(users::routes())
        .merge(security::routes());
    for path in alerts::PATHS {
        all = all.nest(path, alerts::routes());
    }
    for path in alert_rules::PATHS {
        all = all.nest(path, alert_rules::routes());
    }
    name_aliases(all.get_openapi_mut());
    name_repeats(all.get_openapi_mut());
    all
}

/// All that this process answers over HTTP.
pub fn router(state: AppState) -> App {
    router_beside(state, Router::new())
}

/// The same, and routes beside it that only a developer's machine has ([`crate::dev`]).
pub fn router_beside(state: AppState, dev: Router) -> App {
    let (documented, _) = documented().split_for_parts();
    let mut routes = documented.with_state(state.clone()).merge(dev);
    if let Some(hub) = state.push() {
        routes = routes.merge(push::routes(hub.clone()));
    }
    around(routes, state)
}

/// Push, health and metrics alone: the role `push` as a process of its own.
pub fn push_router(state: AppState) -> App {
    let (ops, _) = ops::routes().split_for_parts();
    let mut routes = ops.with_state(state.clone());
    if let Some(hub) = state.push() {
        routes = routes.merge(push::routes(hub.clone()));
    }
    around(routes, state)
}

fn around(routes: Router, state: AppState) -> App {
    let routes = routes.method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed });
    let again = routes.clone();
    let routes = routes.fallback(move |request: Request| without_slash(again.clone(), request));
    http_layers::around(routes, state)
}

/// A trailing slash is ignored, without a redirect. Only what no route knew comes here.
async fn without_slash(routes: Router, mut request: Request) -> Response {
    let Some(uri) = trimmed(request.uri()) else {
        return ApiError::NoSuchRoute.into_response();
    };
    *request.uri_mut() = uri;
    let routes = routes.fallback(|| async { ApiError::NoSuchRoute });
    match routes.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri
        .path()
        .strip_suffix('/')
        .filter(|path| !path.is_empty())?;
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}
