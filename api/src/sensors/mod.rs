//! `/api/v1/citypulse/sensors`, and those of one building.

mod change;
mod get;
mod inputs;
mod install;
mod list;
mod place;
mod remove;
mod reports;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_sensors, install::install_sensor))
        .routes(routes!(list::list_sensors_of_building))
        .routes(routes!(
            get::get_sensor,
            change::change_sensor,
            remove::remove_sensor
        ))
}
