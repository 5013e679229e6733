//! The buildings and sensors whose readings come.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Result;
use crate::body::BUILDINGS_PATH;
use crate::http;
use crate::load::{self, Source};
use crate::server::Server;

pub(crate) const ORGANIZATION: &str = "bench-0";
pub(crate) const BUILDINGS: usize = 100;
/// Sensors of a building that report in bulk.
pub(crate) const SENSORS: usize = 10;
/// Devices of the fleet, spread over the buildings; each is three sensors.
pub(super) const DEVICES: usize = 5_000;
/// What a device measures.
pub(super) const KINDS: [(&str, &str, &str, &str); 3] = [
    ("e", "electricity", "kWh", "cumulative"),
    ("p", "power", "kW", "instantaneous"),
    ("u", "voltage", "V", "instantaneous"),
];

const SENSORS_PATH: &str = "/api/v1/citypulse/sensors";
const CONNECTIONS: usize = 64;

/// Registers all of them.
pub(super) async fn found(server: &Server, token: &str) -> Result<()> {
    found_bulk(server, token).await?;
    let meter = |n: usize| {
        let (device, (suffix, kind, unit, mode)) = (n / KINDS.len(), KINDS[n % KINDS.len()]);
        let id = format!("d-{device}-{suffix}");
        (
            SENSORS_PATH,
            installation(&id, device % BUILDINGS, kind, unit, mode),
        )
    };
    send(server, token, DEVICES * KINDS.len(), meter).await
}

/// Registers the buildings and the sensors that report in bulk.
pub(crate) async fn found_bulk(server: &Server, token: &str) -> Result<()> {
    let building = |n: usize| {
        let body = format!(
            r#"{{"id":"h-{n}","name":"Haus {n}","kind":"school","timezone":"Europe/Berlin"}}"#
        );
        (BUILDINGS_PATH, body)
    };
    send(server, token, BUILDINGS, building).await?;
    let bulk = |n: usize| {
        let id = bulk_sensor(n / SENSORS, n % SENSORS);
        (
            SENSORS_PATH,
            installation(&id, n / SENSORS, "electricity", "kWh", "interval"),
        )
    };
    send(server, token, BUILDINGS * SENSORS, bulk).await
}

pub(super) fn bulk_sensor(building: usize, sensor: usize) -> String {
    format!("b-{building}-{sensor}")
}

fn installation(id: &str, building: usize, kind: &str, unit: &str, mode: &str) -> String {
    format!(
        r#"{{"id":"{id}","name":"{id}","buildingId":"h-{building}","kind":"{kind}","unit":"{unit}","mode":"{mode}","periodSeconds":900}}"#
    )
}

/// So many commands; each must succeed.
pub(super) async fn send(
    server: &Server,
    token: &str,
    many: usize,
    command: impl Fn(usize) -> (&'static str, String) + Send + Sync + 'static,
) -> Result<()> {
    let (next, token) = (AtomicUsize::new(0), token.to_owned());
    let source: Source = Arc::new(move || {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let (path, body) = (n < many).then(|| command(n))?;
        Some(http::request("POST", path, &token, "", &body))
    });
    load::run_all(server.address, CONNECTIONS, source).await?;
    Ok(())
}
