//! What happened that concerns security, and what threatens.

mod dismiss;
mod events;
mod inputs;
mod log;
mod opened;
mod threats;

use axum::middleware::from_fn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth_routes::deprecated;
use crate::context::AppState;

/// Where the routes are canonical.
const CANONICAL: &str = "/api/v1/security";
/// Where older frontends look for them.
pub const ALIAS: &str = "/api/security";

pub fn routes() -> OpenApiRouter<AppState> {
    let canonical = OpenApiRouter::new().routes(routes!(dismiss::dismiss_threat));
    OpenApiRouter::new()
        .nest(CANONICAL, aliased().merge(canonical))
        .nest(ALIAS, aliased().layer(from_fn(deprecated)))
}

fn aliased() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(events::list_security_events))
        .routes(routes!(log::log_security_event))
        .routes(routes!(threats::list_threats))
}
