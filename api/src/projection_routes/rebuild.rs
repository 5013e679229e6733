//! Rebuilding a projection beside the live one.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use flowgrid_projections::{AdminError, ModelName, RebuildStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Success, success};
use crate::context::Operator;
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::request::Params;

/// A rebuild, as a job.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RebuildJob {
    #[schema(example = "buildings-v1-3")]
    pub job_id: String,
    /// `requested`, `filling`, `catching-up`, `comparing`, `live`, `differs`, `cancelled`, `failed`…
    pub status: &'static str,
    /// Percent, 0–100.
    pub progress: f64,
    /// Seconds; null while no rate is known.
    pub estimated_time: Option<f64>,
    /// Why it failed, or what differs.
    pub error: Option<String>,
}

impl From<RebuildStatus> for RebuildJob {
    fn from(status: RebuildStatus) -> Self {
        Self {
            job_id: status.job_id,
            status: status.state,
            progress: status.progress,
            estimated_time: status.remaining_s,
            error: status.error,
        }
    }
}

/// The projection in the path.
pub struct Model(ModelName);

impl<S: Send + Sync> FromRequestParts<S> for Model {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Path(name) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        name.parse().map(Self).map_err(|_| ApiError::NotFound)
    }
}

/// Rebuild a projection from history: beside the live one, compared with it, then swapped.
///
/// `force=true` swaps even where the new rows differ from the live ones.
#[utoipa::path(
    post,
    path = "/api/v1/projections/{name}/rebuild",
    tag = "log",
    params(("name" = String, Path), ("force" = Option<bool>, Query)),
    responses((status = 202, description = "Asked for", body = Success<RebuildJob>), CommandFailures)
)]
pub async fn rebuild_projection(
    operator: Operator,
    Model(model): Model,
    params: Params,
) -> Result<Response, ApiError> {
    let force = params.parsed("force", "true or false")?.unwrap_or(false);
    let status = operator.projections().request_rebuild(model, force).await?;
    success(StatusCode::ACCEPTED, &RebuildJob::from(status))
}

/// Cancel the rebuild of a projection. It can be resumed for a while.
#[utoipa::path(
    post,
    path = "/api/v1/projections/{name}/rebuild/cancel",
    tag = "log",
    params(("name" = String, Path)),
    responses((status = 200, description = "Cancelled", body = Success<RebuildJob>), CommandFailures)
)]
pub async fn cancel_rebuild(operator: Operator, Model(model): Model) -> Result<Response, ApiError> {
    let status = operator.projections().cancel_rebuild(model).await?;
    success(StatusCode::OK, &RebuildJob::from(status))
}

/// The same as cancel.
#[utoipa::path(
    delete,
    path = "/api/v1/projections/{name}/rebuild",
    tag = "log",
    params(("name" = String, Path)),
    responses((status = 200, description = "Cancelled", body = Success<RebuildJob>), CommandFailures)
)]
pub async fn delete_rebuild(operator: Operator, model: Model) -> Result<Response, ApiError> {
    cancel_rebuild(operator, model).await
}

/// Go on with the rebuild that was cancelled or failed last, from where it stood.
#[utoipa::path(
    post,
    path = "/api/v1/projections/{name}/rebuild/resume",
    tag = "log",
    params(("name" = String, Path)),
    responses((status = 202, description = "Goes on", body = Success<RebuildJob>), CommandFailures)
)]
pub async fn resume_rebuild(operator: Operator, Model(model): Model) -> Result<Response, ApiError> {
    let status = operator.projections().resume_rebuild(model).await?;
    success(StatusCode::ACCEPTED, &RebuildJob::from(status))
}

impl From<AdminError> for ApiError {
    fn from(error: AdminError) -> Self {
        let detail = error.to_string();
        match error {
            AdminError::UnderWay(_) => Self::Conflict {
                code: "rebuild-under-way",
                detail: detail.into(),
            },
            AdminError::NothingTo(..) => Self::Conflict {
                code: "no-rebuild",
                detail: detail.into(),
            },
            AdminError::Unreadable(_) => Self::internal(detail),
            AdminError::Read(error) => error.into(),
        }
    }
}
