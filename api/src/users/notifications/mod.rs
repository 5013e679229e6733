//! What people are told: each sees its own, and nobody else's.

mod list;
mod query;
mod read;
mod read_all;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

/// Where the list stands: for users, and for what frontends share.
pub const PATHS: [&str; 2] = ["/api/v1/users/notifications", SHARED];
/// The other path of the list.
pub const SHARED: &str = "/api/v1/shared/notifications";

pub fn routes() -> OpenApiRouter<AppState> {
    let [canonical, shared] = PATHS;
    let changes = OpenApiRouter::new()
        .routes(routes!(read_all::read_all_notifications))
        .routes(routes!(read::read_notification));
    OpenApiRouter::new()
        .nest(canonical, list_route().merge(changes))
        .nest(shared, list_route())
}

fn list_route() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list_notifications))
}
