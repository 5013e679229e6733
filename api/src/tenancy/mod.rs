//! The organization, its members and who is invited.

use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
