//! A threshold rule for each device of the fleet, and the alerts that they must have raised.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use super::city::{DEVICES, KINDS, send};
use super::shapes::value;
use crate::Result;
use crate::http::{self, Client};
use crate::server::Server;

const RULES_PATH: &str = "/api/v1/citypulse/alert-rules";
const ALERTS_PATH: &str = "/api/v1/citypulse/alerts?limit=1";
/// Hundredths of a kW.
const ABOVE: usize = 950;
/// How long the last alerts may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes one rule for the power of each device.
pub(super) async fn found(server: &Server, token: &str) -> Result<()> {
    let [_, (power, ..), _] = KINDS;
    let rule = move |device: usize| {
        let above = ABOVE as f64 / 100.0;
        let body = format!(
            r#"{{"id":"r-{device}","name":"Peak of {device}","kind":"threshold","condition":{{"above":{above}}},"severity":"low","target":{{"sensorId":"d-{device}-{power}"}}}}"#
        );
        (RULES_PATH, body)
    };
    send(server, token, DEVICES, rule).await
}

/// How often the devices went beyond their threshold in so many requests.
pub(super) fn predicted(requests: usize) -> u64 {
    let of_device = |device: usize| {
        let steps = (requests + DEVICES - 1 - device) / DEVICES;
        let is_beyond = |step: usize| value(device, step) > ABOVE;
        let begins = |step: &usize| is_beyond(*step) && (*step == 0 || !is_beyond(step - 1));
        (0..steps).filter(begins).count() as u64
    };
    (0..DEVICES).map(of_device).sum()
}

/// How many alerts there are, once there are as many or no more come.
pub(super) async fn raised(server: &Server, token: &str, predicted: u64) -> Result<u64> {
    let mut client = Client::connect(server.address).await?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let answer = client.send(&http::get(ALERTS_PATH, token)).await?;
        if !answer.is_success() {
            return Err(format!("{ALERTS_PATH}: {}", answer.describe()).into());
        }
        let alerts: Value = serde_json::from_slice(answer.body)?;
        let total = alerts["pagination"]["total"].as_u64();
        let total = total.ok_or("alerts without a total")?;
        if total >= predicted || Instant::now() > deadline {
            return Ok(total);
        }
        sleep(Duration::from_millis(250)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excursion_counts_once_from_where_it_begins() {
        // Device 0: 0, 13, … 949 at step 73, 962 at 74, 975, 988, then 1 again.
        assert_eq!(predicted(73 * DEVICES + 1), predicted(73 * DEVICES));
        assert_eq!(predicted(74 * DEVICES + 1), predicted(74 * DEVICES) + 1);
        assert_eq!(predicted(75 * DEVICES + 1), predicted(75 * DEVICES));
        // Those that begin beyond it do so with their first reading.
        assert_eq!(
            predicted(DEVICES),
            (0..DEVICES)
                .filter(|device| device * 7 % 1_000 > ABOVE)
                .count() as u64
        );
    }
}
