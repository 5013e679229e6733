//! What this is.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Success, success};
use crate::context::AppState;
use crate::error::ApiError;

/// The product, and what of it is on.
#[derive(Serialize, ToSchema)]
pub struct Info {
    pub name: &'static str,
    pub version: &'static str,
    pub features: Vec<&'static str>,
    pub links: Links,
}

/// Where to read on.
#[derive(Serialize, ToSchema)]
pub struct Links {
    pub docs: &'static str,
    pub openapi: &'static str,
    pub health: &'static str,
}

/// Name, version, features that are on, links to the documentation.
#[utoipa::path(
    get,
    path = "/api/v1/info",
    tag = "ops",
    security(()),
    responses((status = 200, description = "What this is", body = Success<Info>))
)]
pub async fn info(State(state): State<AppState>) -> Result<Response, ApiError> {
    let mut features = vec!["citypulse", "alerts", "events", "projections"];
    if state.push().is_some() {
        features.push("websocket");
    }
    let info = Info {
        name: "Flowgrid",
        version: env!("CARGO_PKG_VERSION"),
        features,
        links: Links {
            docs: "/api-docs",
            openapi: "/openapi.json",
            health: "/health",
        },
    };
    success(StatusCode::OK, &info)
}
