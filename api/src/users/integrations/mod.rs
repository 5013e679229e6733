//! Outside services that people have connected: each person sees its own, and nobody else's, so not
//! even an admin could use what somebody has entrusted.

mod create;
mod delete;
mod get;
mod inputs;
mod list;
mod own;
mod put;
mod run_test;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

const PATH: &str = "/api/v1/users/integrations";

pub fn routes() -> OpenApiRouter<AppState> {
    let routes = OpenApiRouter::new()
        .routes(routes!(list::list_integrations, create::create_integration))
        .routes(routes!(
            get::get_integration,
            put::change_integration,
            delete::delete_integration
        ))
        .routes(routes!(run_test::test_integration));
    OpenApiRouter::new().nest(PATH, routes)
}
