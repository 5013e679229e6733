//! Why forecasts can't be made at the moment.

use flowgrid_log::LogError;
use flowgrid_projections::ReadError;
use flowgrid_projections::consumption::ConsumptionError;

/// It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum ForecastsError {
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Rows(#[from] ReadError),
    #[error(transparent)]
    Consumption(#[from] ConsumptionError),
    #[error("the tables of forecasts: {0}")]
    Database(#[from] sqlx::Error),
    #[error("a forecast can't be written down: {0}")]
    Json(#[from] serde_json::Error),
}
