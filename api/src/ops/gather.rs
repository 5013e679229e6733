//! How far streams are behind their logs.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use flowgrid_bus::LogId;
use flowgrid_log::relay::Relay;
use flowgrid_log::{LogError, LogStore, Tails};
use serde::Serialize;
use utoipa::ToSchema;

/// One log's stream.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RelayLag {
    #[schema(value_type = i16)]
    pub log: LogId,
    /// Newest position of the log.
    pub head: u64,
    pub lag_events: u64,
    /// Age of the oldest event that isn't in the stream yet.
    pub lag_seconds: f64,
    /// Why it stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// As this process sees the streams, by its own relays or tails; a log of which it has neither is
/// left out. Ages are by the machine's clock against Postgres's.
pub async fn relay_lags(
    store: &LogStore,
    tails: &Tails,
    relays: &[(LogId, Relay)],
) -> Result<Vec<RelayLag>, LogError> {
    let mut lags = Vec::new();
    for info in store.logs() {
        let log = info.id;
        let own = relays.iter().find(|(of, _)| *of == log);
        let status = own.map(|(_, relay)| relay.status());
        let relayed = status.as_ref().map(|status| status.relayed);
        let Some(seen) = relayed.or_else(|| tails.get(log).map(|tail| tail.head())) else {
            continue;
        };
        let head = store.head(log).await?;
        let lag_seconds = if head > seen {
            age(store, log, seen).await?
        } else {
            0.0
        };
        lags.push(RelayLag {
            log,
            head,
            lag_events: head.saturating_sub(seen),
            lag_seconds,
            problem: status.and_then(|status| status.problem),
        });
    }
    Ok(lags)
}

/// Of the event after `seen`, in seconds.
async fn age(store: &LogStore, log: LogId, seen: u64) -> Result<f64, LogError> {
    let oldest = store.read(log, seen, 1).await?;
    let now: DateTime<Utc> = SystemTime::now().into();
    Ok(oldest.first().map_or(0.0, |event| {
        let age = now.signed_duration_since(event.recorded_at);
        age.as_seconds_f64().max(0.0)
    }))
}
