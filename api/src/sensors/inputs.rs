//! The bodies of commands to sensors and the parameters of their lists, as the document shows them.

use chrono::{DateTime, Utc};
use flowgrid_domain::sensors::{Direction, Mode};
use utoipa::{IntoParams, ToSchema};

/// A sensor to install.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct SensorInput {
    /// Made when absent.
    #[schema(example = "main-meter", pattern = "^[a-z0-9][a-z0-9-]{0,62}$")]
    id: Option<String>,
    #[schema(example = "rathaus-hechingen")]
    building_id: String,
    #[schema(min_length = 1, max_length = 200, example = "Main meter")]
    name: String,
    /// From an open list: electricity, gas, heat, water, temperature, outdoorTemperature, humidity, co2, occupancy, …
    #[schema(example = "electricity", max_length = 63)]
    kind: String,
    /// kWh, MWh, m3, kW, V, °C, %, ppm, …
    #[schema(example = "kWh")]
    unit: String,
    mode: Mode,
    /// Seconds from one reading to the next; required for the mode interval.
    #[schema(minimum = 1, maximum = 31_622_400, example = 900)]
    period_seconds: Option<u32>,
    /// The main meter behind which it sits, in the same building.
    parent_id: Option<String>,
    /// `consumption` when absent.
    direction: Option<Direction>,
    /// The count at which a cumulative meter begins at 0 again, in its unit.
    #[schema(exclusive_minimum = 0)]
    register_size: Option<f64>,
    /// kWh in one m³ of gas, at standard conditions.
    #[schema(exclusive_minimum = 0)]
    calorific_value: Option<f64>,
    /// m³ at standard conditions in one m³ that the meter counts.
    #[schema(exclusive_minimum = 0)]
    state_number: Option<f64>,
}

/// What becomes different about a sensor. Building, unit and mode never do.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct SensorChangeInput {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    #[schema(max_length = 63, nullable = false)]
    kind: Option<String>,
    #[schema(nullable = false)]
    direction: Option<Direction>,
    #[schema(minimum = 1, maximum = 31_622_400)]
    period_seconds: Option<u32>,
    parent_id: Option<String>,
    #[schema(exclusive_minimum = 0)]
    register_size: Option<f64>,
    #[schema(exclusive_minimum = 0)]
    calorific_value: Option<f64>,
    #[schema(exclusive_minimum = 0)]
    state_number: Option<f64>,
    /// Adds one, or replaces that of the same time.
    calibration: Option<CalibrationInput>,
}

/// From a time on, values mean `value * factor + offset`.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct CalibrationInput {
    /// Not 0; 1 when absent.
    factor: Option<f64>,
    /// In the sensor's unit; 0 when absent.
    offset: Option<f64>,
    valid_from: DateTime<Utc>,
}

/// Which sensors.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct SensorQuery {
    /// The building's id; also `buildingId`.
    building: Option<String>,
    kind: Option<String>,
    /// `online` (the newest reading is at most three periods old), `stale`, `offline` (nothing for a day or
    /// ten periods, whichever is longer) or `removed`.
    status: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `id`, `name`, `kind`, `createdAt`, `updatedAt`; `-` before it for descending, but for `id`.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(minimum = 0, maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}
