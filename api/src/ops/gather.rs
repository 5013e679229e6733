//! How far streams are behind their logs.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use flowgrid_bus::LogId;
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
}

/// As this process sees the streams. Ages are by the machine's clock against Postgres's.
pub async fn relay_lags(store: &LogStore, tails: &Tails) -> Result<Vec<RelayLag>, LogError> {
    let mut lags = Vec::new();
    for tail in tails.iter() {
        let log = tail.log();
        let head = store.head(log).await?;
        let seen = tail.head();
        let mut lag_seconds = 0.0;
        if head > seen {
            let oldest = store.read(log, seen, 1).await?;
            let now: DateTime<Utc> = SystemTime::now().into();
            lag_seconds = oldest.first().map_or(0.0, |event| {
                let age = now.signed_duration_since(event.recorded_at);
                age.as_seconds_f64().max(0.0)
            });
        }
        lags.push(RelayLag {
            log,
            head,
            lag_events: head.saturating_sub(seen),
            lag_seconds,
        });
    }
    Ok(lags)
}
