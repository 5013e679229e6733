//! NATS: version, JetStream.

use std::time::Duration;

use flowgrid_log::Bus;

use super::Finding;

/// The oldest nats-server with atomic batches.
const LEAST: (u32, u32) = (2, 12);

/// The bus, if it can be reached.
pub(super) async fn examine(
    url: &str,
    replicas: usize,
    findings: &mut Vec<Finding>,
) -> Option<Bus> {
    let bus = match Bus::connect(url, "flowgrid-doctor", replicas).await {
        Ok(bus) => bus,
        Err(error) => {
            findings.push(Finding::bad("nats", error.to_string(), "correct NATS_URL"));
            return None;
        }
    };
    if !bus.connected_within(Duration::from_secs(5)).await {
        findings.push(Finding::bad(
            "nats",
            "can't be reached",
            "start it, or correct NATS_URL and its password",
        ));
        return None;
    }
    let version = bus.client().server_info().version;
    findings.push(if new_enough(&version) {
        Finding::fine("nats", version)
    } else {
        Finding::bad("nats", version, "upgrade to 2.12 or newer")
    });
    match bus.ping(Duration::from_secs(3)).await {
        Ok(()) => findings.push(Finding::fine("jetstream", "answers")),
        Err(error) => findings.push(Finding::bad(
            "jetstream",
            error.to_string(),
            "turn JetStream on in its configuration",
        )),
    }
    Some(bus)
}

fn new_enough(version: &str) -> bool {
    let mut parts = version
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= LEAST
}
