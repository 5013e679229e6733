//! `/api/v1/projections`: how the read models stand, and their rebuilds.

mod list;
mod rebuild;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_projections))
        .routes(routes!(
            rebuild::rebuild_projection,
            rebuild::delete_rebuild
        ))
        .routes(routes!(rebuild::cancel_rebuild))
        .routes(routes!(rebuild::resume_rebuild))
}
