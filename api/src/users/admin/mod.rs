//! What admins see and change of the people of their organization.

mod inputs;
mod list;
mod role;
mod sessions;
mod statistics;
mod status;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_users))
        .routes(routes!(role::change_role))
        .routes(routes!(status::change_status))
        .routes(routes!(sessions::end_sessions_of))
        .routes(routes!(statistics::statistics))
}
