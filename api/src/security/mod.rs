//! What happened that concerns security, and what threatens.

mod alarm;
mod crowd;
mod detector;
mod dismiss;
mod events;
mod inputs;
mod log;
mod opened;
mod recorder;
mod sighting;
mod threats;
mod usual;
mod window;
mod writer;

use axum::middleware::from_fn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use self::alarm::Alarm;
pub use self::detector::Detector;
pub(crate) use self::opened::shown_records;
pub use self::recorder::Recorder;
pub use self::sighting::{Kind, Sighting, Whence, agent_of};
pub use self::usual::Usual;
pub use self::writer::Writer;
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
