//! From a command sent to its event received on a WebSocket: 500 commands/s, open loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::PgConnection;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::body::{self, BUILDINGS_PATH};
use crate::health::Probe;
use crate::histogram::Latencies;
use crate::http::{self, Client};
use crate::pacer::{self, Tick};
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::websocket::WebSocket;
use crate::{Result, database};

const RATE: u32 = 500;
/// Enough that a slow answer doesn't hold up the next command.
const CONNECTIONS: usize = 32;
/// Sent first and not counted: caches and plans are made.
const WARM_UP: usize = 2 * RATE as usize;
const LAST_EVENT_WITHIN: Duration = Duration::from_secs(10);

/// When each command was due, and when its event came.
#[derive(Debug, Default)]
struct Times {
    due: Vec<Option<Instant>>,
    received: Vec<Option<Instant>>,
    twice: usize,
}

pub(crate) async fn measure(
    server: &Server,
    db: &mut PgConnection,
    length: Duration,
    report: &mut Report,
) -> Result<()> {
    let token = server.token(&body::organization(0), "manager").await?;
    let count = WARM_UP + RATE as usize * usize::try_from(length.as_secs())?;
    let (before, _) = database::events(db).await?;
    let times = Arc::new(Mutex::new(Times {
        due: vec![None; count],
        received: vec![None; count],
        twice: 0,
    }));
    let mut socket = WebSocket::connect(server.address, &token).await?;
    let mut scratch = vec![0; 64 << 10];
    socket.subscribe("buildings", &mut scratch).await?;
    let mut senders = JoinSet::new();
    for ticks in pacer::start(RATE, count, CONNECTIONS) {
        let client = Client::connect(server.address).await?;
        senders.spawn(send(client, token.clone(), ticks, times.clone()));
    }
    let all = receive(&mut socket, &mut scratch, count, &times);
    let bound = length + Duration::from_secs(WARM_UP as u64 / u64::from(RATE)) + LAST_EVENT_WITHIN;
    let complete = timeout(bound, all).await;
    let lag = Probe::new(server).await?.lag().await?;
    while let Some(sent) = senders.join_next().await {
        sent??;
    }
    if let Ok(failed @ Err(_)) = complete {
        return failed;
    }
    let (after, _) = database::events(db).await?;
    report.require(after - before == count as u64, || {
        format!("{count} acknowledged, the log holds {}", after - before)
    });
    report.require(lag.is_valid(), || {
        format!("a lag of {:.1} s was left", lag.seconds)
    });
    fill(&*times.lock().await, count, report)
}

/// Sends what is due; every command must succeed.
async fn send(
    mut client: Client,
    token: String,
    mut ticks: UnboundedReceiver<Tick>,
    times: Arc<Mutex<Times>>,
) -> Result<()> {
    while let Some(Tick { number, due }) = ticks.recv().await {
        times.lock().await.due[number] = Some(due);
        let key = format!("Idempotency-Key: latency-{number}\r\n");
        let body = body::registration(&format!("l-{number}"), number);
        let request = http::request("POST", BUILDINGS_PATH, &token, &key, &body);
        let answer = client.send(&request).await?;
        if !answer.is_success() {
            return Err(format!("refused: {}", answer.describe()).into());
        }
    }
    Ok(())
}

/// Until the event of each command has come.
async fn receive(
    socket: &mut WebSocket,
    scratch: &mut [u8],
    count: usize,
    times: &Mutex<Times>,
) -> Result<()> {
    let mut missing = count;
    let mut come = Vec::new();
    while missing > 0 {
        socket
            .receive(scratch, |text| come.extend(body::number_in(text)))
            .await?;
        let now = Instant::now();
        let mut times = times.lock().await;
        for number in come.drain(..) {
            match times.received.get_mut(number) {
                Some(slot @ None) => {
                    *slot = Some(now);
                    missing -= 1;
                }
                Some(Some(_)) | None => times.twice += 1,
            }
        }
    }
    Ok(())
}

fn fill(times: &Times, count: usize, report: &mut Report) -> Result<()> {
    let mut latencies = Latencies::new()?;
    for (due, received) in times.due.iter().zip(&times.received).skip(WARM_UP) {
        if let (Some(due), Some(received)) = (due, received) {
            latencies.record(*received - *due);
        }
    }
    let expected = (count - WARM_UP) as u64;
    report.require(latencies.count() == expected, || {
        format!(
            "{} of {expected} events came within {LAST_EVENT_WITHIN:?}",
            latencies.count()
        )
    });
    report.require(times.twice == 0, || {
        format!("{} events came twice", times.twice)
    });
    report.note(format!(
        "{expected} commands at {RATE}/s, open loop on {CONNECTIONS} connections; from when a command was due to its event"
    ));
    report.value(
        "p50_ms",
        latencies.ms_at(50.0),
        Bound::AtMost {
            must: 5.0,
            aim: 2.0,
        },
    );
    report.value(
        "p99_ms",
        latencies.ms_at(99.0),
        Bound::AtMost {
            must: 25.0,
            aim: 10.0,
        },
    );
    report.value("longest_ms", latencies.longest_ms(), Bound::None);
    report.context("commands", json!(expected));
    Ok(())
}
