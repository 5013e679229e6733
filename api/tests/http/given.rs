//! The three meters that were given, with their weather, loaded over the intake.

use std::fmt::Write;
use std::io::Read;
use std::path::PathBuf;

use chrono::{DateTime, FixedOffset};
use flowgrid_bus::Role;
use serde_json::{Value, json};

use crate::call::{BUILDINGS, Call, call, get, post};
use crate::world::World;

pub const METERS: [&str; 3] = [
    "il-electricity-cdd-hdd-hourly",
    "il-electricity-cdd-only-hourly",
    "il-gas-hdd-only-hourly",
];
const KWH_PER_THERM: f64 = 29.307_1;
const SENSORS: &str = "/api/v1/citypulse/sensors";
const READINGS: &str = "/api/v1/citypulse/readings";

type Series = Vec<(DateTime<FixedOffset>, f64)>;

/// An organization in Illinois.
pub struct Given {
    pub world: &'static World,
    pub token: String,
    position: String,
}

impl Given {
    /// With a weather station, and a building for each of these meters, named as the meter.
    pub async fn new(world: &'static World, org: &str, meters: &[&str]) -> Self {
        let token = world.token(org, Role::User);
        let mut given = Self {
            world,
            token,
            position: String::new(),
        };
        given.building("station").await;
        let air = json!({"id": "air", "name": "Air", "buildingId": "station",
            "kind": "outdoorTemperature", "unit": "°F", "mode": "instantaneous", "periodSeconds": 3600});
        given.send(SENSORS, &air).await;
        given.report("air", &series("il-tempF", 1.0)).await;
        for meter in meters {
            let gas = meter.starts_with("il-gas");
            let kind = if gas { "gas" } else { "electricity" };
            given.building(meter).await;
            let sensor = json!({"id": meter, "name": meter, "buildingId": meter, "kind": kind,
                "unit": "kWh", "mode": "interval", "periodSeconds": 3600});
            given.send(SENSORS, &sensor).await;
            let kwh = if gas { KWH_PER_THERM } else { 1.0 };
            given.report(meter, &series(meter, kwh)).await;
        }
        given
    }

    async fn building(&mut self, id: &str) {
        let body = json!({"id": id, "name": id, "timezone": "America/Chicago"});
        self.send(BUILDINGS, &body).await;
    }

    pub async fn send(&mut self, path: &str, body: &Value) {
        let reply = post(path, body).token(&self.token).send(self.world).await;
        reply.expect(201);
        self.position = reply.header("x-event-position").to_owned();
    }

    pub async fn report(&mut self, sensor: &str, series: &Series) {
        // A position of telemetry doesn't wait for sensors and buildings.
        self.ask("/api/v1/citypulse/energy").await;
        let mut text = "sensorId,timestamp,value\n".to_owned();
        for (time, value) in series {
            writeln!(text, "{sensor},{},{value}", time.to_rfc3339()).unwrap();
        }
        let call = call("POST", READINGS).token(&self.token);
        let call = call.header("content-type", "text/csv").body(text);
        let reply = call.send(self.world).await;
        reply.expect(201);
        self.position = reply.header("x-event-position").to_owned();
    }

    /// A question that waits for all that was sent, however long that takes to be read.
    pub async fn ask(&self, path: &str) -> Value {
        for _ in 0..60 {
            let reply = self.get(path).send(self.world).await;
            if reply.status != 503 {
                return reply.expect(200)["data"].clone();
            }
        }
        panic!("{path} stays unavailable");
    }

    pub fn get(&self, path: &str) -> Call {
        get(path)
            .token(&self.token)
            .header("x-min-position", &self.position)
    }
}

/// What metadata.json says of a meter.
pub fn metadata(meter: &str) -> Value {
    let all: Value = serde_json::from_slice(&bytes("metadata.json")).unwrap();
    all[meter].clone()
}

/// The hours of a file, each value times a factor.
pub fn series(name: &str, factor: f64) -> Series {
    let packed = bytes(&format!("{name}.csv.gz"));
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let line = |line: &str| {
        let (start, value) = line.split_once(',').unwrap();
        let start = DateTime::parse_from_rfc3339(start).unwrap();
        (start, value.parse::<f64>().unwrap() * factor)
    };
    text.lines().skip(1).map(line).collect()
}

fn bytes(file: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../domain/analysis/data/energy");
    std::fs::read(folder.join(file)).unwrap()
}
