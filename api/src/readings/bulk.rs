//! Readings of many sensors.

use axum::response::Response;

use super::accepted::Accepted;
use super::inputs::{ReadingInput, ReadingsQuery};
use super::options::Options;
use super::take::take;
use crate::answer::Success;
use crate::context::{Access, User};
use crate::document::{CommandFailures, DeliveryHeaders};
use crate::error::ApiError;
use crate::request::{Delivery, Params};

/// Record readings of many sensors, all or none.
///
/// As JSON (an array of objects, or one), NDJSON (an object a line) or CSV (comma- or
/// semicolon-separated, below a line with the names `sensorId`, `timestamp`, `value` and perhaps
/// `quality`), gzip or not; at most 100,000 readings in 16 MB, compressed as well as unpacked. What is
/// wrong is named by element, line and field, up to 100 errors. A reading more than five minutes in the
/// future refuses the request. The same sensor and time as before with the same value changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/citypulse/readings",
    tag = "readings",
    params(ReadingsQuery, DeliveryHeaders),
    request_body(content(
        (Vec<ReadingInput> = "application/json",
            example = json!([{"sensorId": "main-meter", "timestamp": "2026-05-01T00:00:00Z", "value": 1.25}])),
        (String = "application/x-ndjson",
            example = "{\"sensorId\":\"main-meter\",\"timestamp\":\"2026-05-01T00:00:00Z\",\"value\":1.25}\n"),
        (String = "text/csv",
            example = "sensorId,timestamp,value\nmain-meter,2026-05-01T00:00:00Z,1.25\n"),
    )),
    responses(
        (status = 200, description = "What would have been recorded (dryRun)", body = Success<Accepted>),
        (status = 201, description = "Recorded", body = Success<Accepted>,
            headers(("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn record_readings(
    access: Access<User>,
    params: Params,
    delivery: Delivery,
) -> Result<Response, ApiError> {
    let options = Options::of(&params, &access)?;
    take(&access, options, None, delivery).await
}
