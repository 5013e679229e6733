//! What people are told.

use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
