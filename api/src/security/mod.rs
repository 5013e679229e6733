//! What happened that concerns security, and what threatens.

use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
