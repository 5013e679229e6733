//! The sensors of an organization, each of its building. When one last reported is no part of it:
//! that follows from telemetry.

mod document;
mod places;

use flowgrid_domain::sensors::{Sensor, SensorEvent};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields, owner_index};

pub use document::resource;
use document::{calibration, changed, installed};
pub use places::{SensorPlace, places};

/// The read model itself.
pub(crate) type Sensors = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Sensors;
    const TABLE: &'static str = "sensors";
    const TABLE_SQL: &'static str = document_table!("sensors");
    const INDEXES_SQL: &'static str = owner_index!("sensors");
    type Aggregate = Sensor;

    fn effect(event: &SensorEvent) -> Effect {
        match event {
            SensorEvent::Installed(now) => Effect::Begin {
                owner: Some(now.building_id.clone()),
                fields: installed(now, false),
            },
            SensorEvent::Changed(change) => Effect::Set(changed(change)),
            SensorEvent::Calibrated(one) => Effect::Set(Map::from_iter([calibration(one)])),
            SensorEvent::Removed(_) => Effect::Set(fields(json!({"removed": true}))),
        }
    }

    fn document(state: &Sensor) -> Option<(Option<String>, Map<String, Value>)> {
        let details = state.details()?;
        let removed = matches!(state, Sensor::Removed(_));
        let mut body = installed(&details.installed, removed);
        body.extend(details.calibrations.iter().map(calibration));
        Some((Some(details.installed.building_id.clone()), body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_sensor_is_shown_as_it_was_left() {
        let begun = json!({
            "buildingId": "rathaus", "name": "Gas", "kind": "gas", "unit": "m3", "mode": "cumulative",
            "periodSeconds": 3600, "parentId": "main", "direction": "consumption",
            "registerSize": 100_000.0, "calorificValue": 11.2, "stateNumber": null,
        });
        let calibrated = |factor: f64, day: &str| {
            let from = format!("2026-05-{day}T00:00:00Z");
            json!({"factor": factor, "offset": 0.0, "validFrom": from})
        };
        let (owner, row) = assert_agreement::<Model>(&[
            ("sensor.installed", begun),
            (
                "sensor.changed",
                json!({"name": "Gas meter", "parentId": null, "stateNumber": 0.95}),
            ),
            ("sensor.calibrated", calibrated(2.0, "02")),
            ("sensor.calibrated", calibrated(1.0, "01")),
            ("sensor.calibrated", calibrated(3.0, "02")),
            ("sensor.removed", json!({})),
        ]);
        assert_eq!(owner.as_deref(), Some("rathaus"));
        assert_eq!(
            (&row["name"], &row["removed"]),
            (&json!("Gas meter"), &json!(true))
        );
        assert_eq!(
            row.keys()
                .filter(|name| name.starts_with("calibrated "))
                .count(),
            2
        );
    }
}
