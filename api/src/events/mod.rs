//! `/api/v1/events`: the log as the organization may see it.

mod history;
mod list;
mod ndjson;
mod shape;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_events))
        .routes(routes!(history::get_history))
}
