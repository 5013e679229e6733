//! `/api/v1/citypulse/alerts`, also under `/api/v1/alerts`.

mod acknowledge;
mod assign;
mod change;
mod comment;
mod get;
mod list;
mod raise;
mod resolve;
mod snooze;
mod withdraw;

use flowgrid_domain::alerts::PersonId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::{Access, AppState, Level};
use crate::error::ApiError;

/// The canonical path and the other one that answers the same.
pub const PATHS: [&str; 2] = ["/api/v1/citypulse/alerts", "/api/v1/alerts"];

/// The routes below one of [`PATHS`].
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_alerts, raise::raise_alert))
        .routes(routes!(
            get::get_alert,
            change::change_alert,
            withdraw::withdraw_alert
        ))
        .routes(routes!(acknowledge::acknowledge_alert))
        .routes(routes!(assign::assign_alert))
        .routes(routes!(comment::comment_on_alert))
        .routes(routes!(resolve::resolve_alert))
        .routes(routes!(snooze::snooze_alert))
}

/// The caller as alerts name people.
fn person<L: Level>(access: &Access<L>) -> Result<PersonId, ApiError> {
    PersonId::parse(access.actor()).map_err(ApiError::internal)
}
