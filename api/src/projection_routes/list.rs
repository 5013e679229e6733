//! How the projections stand.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_projections::ProjectionStatus;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Success, success};
use crate::context::{Access, Admin};
use crate::document::QueryFailures;
use crate::error::ApiError;

/// One projection.
#[derive(Serialize, ToSchema)]
#[schema(value_type = Object)]
pub struct Projection(ProjectionStatus);

/// Each projection: position, lag, generation, rebuild progress.
#[utoipa::path(
    get,
    path = "/api/v1/projections",
    tag = "log",
    responses(
        (status = 200, description = "All projections: name, version, generation, state, logs [{log, position, head, lagEvents, lagSeconds}], rebuild, error",
            body = Success<Vec<Projection>>),
        QueryFailures
    )
)]
pub async fn list_projections(access: Access<Admin>) -> Result<Response, ApiError> {
    let statuses = access.projections().status().await?;
    let all: Vec<Projection> = statuses.into_iter().map(Projection).collect();
    success(StatusCode::OK, &all)
}
