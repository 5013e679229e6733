//! One's own profile, plan, avatar and personal data.

use utoipa_axum::router::OpenApiRouter;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
}
