//! `/api/v1/citypulse/alert-rules`, also under `/api/v1/alert-rules`.

mod change;
mod create;
mod delete;
mod get;
mod inputs;
mod list;
mod place;
mod test;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

/// The canonical path and the other one that answers the same.
pub const PATHS: [&str; 2] = ["/api/v1/citypulse/alert-rules", "/api/v1/alert-rules"];

/// The routes below one of [`PATHS`].
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_alert_rules, create::create_alert_rule))
        .routes(routes!(
            get::get_alert_rule,
            change::change_alert_rule,
            delete::delete_alert_rule
        ))
        .routes(routes!(test::test_alert_rule))
}
