//! An organization with sensors, and what the log holds of their readings.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::Event;
use flowgrid_domain::readings::ReadingsEvent;
use serde_json::json;

use super::READINGS;
use crate::call::{BUILDINGS, Call, Reply, call, post};
use crate::world::World;

pub const SENSORS: &str = "/api/v1/citypulse/sensors";

/// Building, sensor, second after 1970, and value.
pub type Found = (String, String, i64, f64);

pub struct City {
    pub world: &'static World,
    pub org: String,
    pub token: String,
}

impl City {
    /// With the sensors `a` and `b` in `rathaus`, and `c` in `school`.
    pub async fn new(world: &'static World, org: String) -> Self {
        let token = world.token(&org, Role::User);
        let city = Self { world, org, token };
        for id in ["rathaus", "school"] {
            let made = post(BUILDINGS, &json!({"id": id, "name": id})).token(&city.token);
            made.send(world).await.expect(201);
        }
        for (id, building) in [("a", "rathaus"), ("b", "rathaus"), ("c", "school")] {
            city.install(id, building).await;
        }
        city
    }

    pub async fn install(&self, id: &str, building: &str) {
        let body = json!({"id": id, "name": id, "buildingId": building, "kind": "electricity",
            "unit": "kWh", "mode": "interval", "periodSeconds": 900});
        let made = post(SENSORS, &body).token(&self.token);
        made.send(self.world).await.expect(201);
    }

    pub fn manager(&self) -> String {
        self.world.token(&self.org, Role::Manager)
    }

    pub async fn send(&self, kind: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.with(kind, body).send(self.world).await
    }

    pub fn with(&self, kind: &str, body: impl Into<Vec<u8>>) -> Call {
        let call = call("POST", READINGS).token(&self.token);
        call.header("content-type", kind).body(body)
    }

    /// Every reading that the log holds, in its order.
    pub async fn recorded(&self) -> Vec<Found> {
        let mut found = Vec::new();
        for (building, event) in self.events().await {
            let series = match event {
                ReadingsEvent::Recorded(recorded) => recorded.series,
                ReadingsEvent::Corrected(corrected) => corrected.series,
            };
            for one in &series {
                for (time, value) in one.readings() {
                    let (building, sensor) = (building.clone(), one.sensor_id.clone());
                    found.push((building, sensor, time.timestamp(), value));
                }
            }
        }
        found
    }

    /// Buildings and their events of readings.
    pub async fn events(&self) -> Vec<(String, ReadingsEvent)> {
        let (store, log) = (&self.world.test.store, self.world.test.telemetry());
        let tenant = Tenant::from_slug(&self.org).unwrap();
        let head = store.head(log.id).await.unwrap();
        let events = store.read_of_tenant(log.id, tenant.id(), 0, head + 1, 100_000);
        let decoded = |event: flowgrid_bus::RecordedEvent| {
            let building = event.aggregate_id.split_once('/').unwrap().1.to_owned();
            let version = &event.event_version;
            let decoded = ReadingsEvent::decode(&event.event_type, version, event.payload_str());
            (building, decoded.unwrap())
        };
        events.await.unwrap().into_iter().map(decoded).collect()
    }
}

pub fn found(building: &str, sensor: &str, seconds: i64, value: f64) -> Found {
    (building.to_owned(), sensor.to_owned(), seconds, value)
}

pub fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}
