//! What sensors report: `/api/v1/citypulse/readings`, and the readings of one sensor.

mod accepted;
mod bulk;
mod correct;
mod inputs;
mod of_sensor;
mod options;
mod read;
mod stored;
mod take;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::context::AppState;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(bulk::record_readings))
        .routes(routes!(
            read::readings_of_sensor,
            of_sensor::record_readings_of_sensor
        ))
        .routes(routes!(correct::correct_readings))
}
