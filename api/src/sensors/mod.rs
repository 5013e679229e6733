//! `/api/v1/citypulse/sensors`, and those of one building.

mod change;
mod get;
mod inputs;
mod install;
mod list;
mod place;
mod remove;

use chrono::{DateTime, Utc};
use flowgrid_domain::sensors::{SensorResource, SensorStatus};
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

/// The sensor with how it reports, seen from now.
fn shown(mut sensor: SensorResource, now: DateTime<Utc>) -> SensorResource {
    let last = sensor.last_reading.map(|reading| reading.timestamp);
    let reports = SensorStatus::of(last, sensor.period_seconds, now);
    sensor.status.get_or_insert(reports);
    sensor
}
