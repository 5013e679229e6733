//! A sensor as its row holds it.

use flowgrid_domain::sensors::{Calibrated, Changed, Installed, SensorResource, SensorStatus};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::ReadError;
use crate::documents::{DocumentRow, fields};

/// How the field of a calibration begins; its time follows. One of the same time takes its place.
const CALIBRATED: &str = "calibrated ";

pub(super) fn installed(now: &Installed, removed: bool) -> Map<String, Value> {
    fields(json!({
        "buildingId": now.building_id,
        "name": now.name,
        "kind": now.kind,
        "unit": now.unit,
        "mode": now.mode,
        "periodSeconds": now.period_seconds,
        "parentId": now.parent_id,
        "direction": now.direction,
        "registerSize": now.register_size,
        "calorificValue": now.calorific_value,
        "stateNumber": now.state_number,
        "removed": removed,
    }))
}

/// Only what became different; an event's own JSON says just that.
pub(super) fn changed(change: &Changed) -> Map<String, Value> {
    serde_json::to_value(change).map_or_else(|_| Map::new(), fields)
}

pub(super) fn calibration(one: &Calibrated) -> (String, Value) {
    let name = format!("{CALIBRATED}{}", one.valid_from.to_rfc3339());
    (name, json!(one))
}

/// The sensor as the API shows it, but for when it last reported.
///
/// # Errors
/// [`ReadError::Corrupt`] when the row holds no sensor.
pub fn resource(row: &DocumentRow) -> Result<SensorResource, ReadError> {
    let corrupt =
        |error: serde_json::Error| ReadError::Corrupt(format!("sensor {}: {error}", row.id));
    let mut body = row.body.clone();
    let removed = body.remove("removed") == Some(Value::Bool(true));
    let mut calibrations = Vec::new();
    for (_, value) in body.iter().filter(|(name, _)| name.starts_with(CALIBRATED)) {
        calibrations.push(Calibrated::deserialize(value).map_err(corrupt)?);
    }
    calibrations.sort_by_key(|one| one.valid_from);
    let beside = json!({
        "id": row.id, "calibrations": calibrations, "lastReading": null,
        "status": removed.then_some(SensorStatus::Removed),
        "createdAt": row.created_at, "updatedAt": row.updated_at, "revision": row.revision,
    });
    body.extend(fields(beside));
    SensorResource::deserialize(Value::Object(body)).map_err(corrupt)
}
