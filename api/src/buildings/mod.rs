//! `/api/v1/citypulse/buildings`

mod change;
mod geojson;
mod get;
mod list;
mod register;
mod retire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list::list_buildings, register::register_building))
        .routes(routes!(
            get::get_building,
            change::change_building,
            retire::retire_building
        ))
}
