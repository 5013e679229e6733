//! `/api/v1/citypulse/tariffs`: what buildings pay for energy.

mod define;
mod inputs;
mod list;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list::list_tariffs, define::define_tariff))
}
