//! 10,000 WebSocket connections: what one costs in memory, and how soon all have an event.

pub(crate) mod clients;
mod crowd;

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time::sleep;

use self::clients::unix_nanos;
use self::crowd::Crowd;
use crate::body::{self, BUILDINGS_PATH};
use crate::health::Probe;
use crate::histogram::median;
use crate::http::{self, Client};
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::{Result, resident};

const CONNECTIONS: usize = 10_000;
/// Client processes: the limit on open files may be 20,000 a process.
const PROCESSES: usize = 2;
/// Memory is read so long after the last connect and the last event.
const REST: Duration = Duration::from_secs(10);
/// From one event to the next.
const PAUSE: Duration = Duration::from_millis(500);
const LEAST_EVENTS: usize = 10;

pub(crate) async fn measure(server: &Server, length: Duration, report: &mut Report) -> Result<()> {
    let token = server.token(&body::organization(0), "manager").await?;
    let mut sender = Sender::new(server, token.clone()).await?;
    // What the first commands and the first subscriber cost is no connection's fault.
    let mut scratch = vec![0; 64 << 10];
    let mut first = crate::websocket::WebSocket::connect(server.address, &token).await?;
    first.subscribe("buildings", &mut scratch).await?;
    for _ in 0..LEAST_EVENTS {
        sender.send().await?;
    }
    drop(first);
    sleep(REST).await;
    let before = resident::kb(server.pid())?;
    let began = Instant::now();
    let mut crowd = Crowd::gather(server.address, &token, CONNECTIONS, PROCESSES).await?;
    let connect_s = began.elapsed().as_secs_f64();
    sleep(REST).await;
    let connected_kb = resident::kb(server.pid())?.saturating_sub(before);
    let (mut all_ms, mut answered_ms) = (Vec::new(), Vec::new());
    let end = Instant::now() + length;
    while Instant::now() < end || all_ms.len() < LEAST_EVENTS {
        let sent = unix_nanos();
        let number = sender.send().await?;
        answered_ms.push(milliseconds(unix_nanos().saturating_sub(sent)));
        let last = crowd.all_have(number).await?;
        all_ms.push(milliseconds(last.saturating_sub(sent)));
        sleep(PAUSE).await;
    }
    let lag = Probe::new(server).await?.lag().await?;
    sleep(REST).await;
    let after_kb = resident::kb(server.pid())?.saturating_sub(before);
    let connected = crowd.disperse().await?;
    report.require(lag.is_valid(), || {
        format!("a lag of {:.1} s was left", lag.seconds)
    });
    let each = |kb: u64| kb as f64 / CONNECTIONS as f64;
    report.note(format!(
        "{PROCESSES} client processes of {} connections each, on the same cores; {} events",
        CONNECTIONS / PROCESSES,
        all_ms.len()
    ));
    report.note(
        "kb_per_connection: the greater of 10 s after the last connect and after the last event",
    );
    report.value(
        "connected",
        connected as f64,
        Bound::AtLeast {
            must: 10_000.0,
            aim: 10_000.0,
        },
    );
    report.value(
        "kb_per_connection",
        each(connected_kb.max(after_kb)),
        Bound::AtMost {
            must: 12.0,
            aim: 6.0,
        },
    );
    report.value(
        "all_received_ms",
        median(&all_ms),
        Bound::AtMost {
            must: 250.0,
            aim: 100.0,
        },
    );
    report.value(
        "slowest_ms",
        all_ms.iter().copied().fold(0.0, f64::max),
        Bound::None,
    );
    report.value("answered_ms", median(&answered_ms), Bound::None);
    report.context("kb_after_connect", json!(each(connected_kb)));
    report.context("kb_after_events", json!(each(after_kb)));
    report.context("connect_s", json!(connect_s));
    report.context("events", json!(all_ms.len()));
    Ok(())
}

fn milliseconds(nanos: u128) -> f64 {
    nanos as f64 / 1e6
}

/// Registers one building after another.
struct Sender {
    client: Client,
    token: String,
    next: usize,
}

impl Sender {
    async fn new(server: &Server, token: String) -> Result<Self> {
        let client = Client::connect(server.address).await?;
        Ok(Self {
            client,
            token,
            next: 0,
        })
    }

    /// The number of the building whose event all will receive.
    async fn send(&mut self) -> Result<usize> {
        let number = self.next;
        self.next += 1;
        let body = body::registration(&format!("p-{number}"), number);
        let request = http::request("POST", BUILDINGS_PATH, &self.token, "", &body);
        let answer = self.client.send(&request).await?;
        if !answer.is_success() {
            return Err(format!("refused: {}", answer.describe()).into());
        }
        Ok(number)
    }
}
