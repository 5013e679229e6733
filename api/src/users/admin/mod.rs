//! What admins see and change of the people of their organization.

use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
