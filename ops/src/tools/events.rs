//! `flowgrid events tail`

use std::io::Write;
use std::time::Duration;

use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_log::LogInfo;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{servers, store};
use crate::Failure;

/// How many events are read at once.
const PAGE: usize = 1_000;
/// How often a followed log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How many events are shown before the end when nothing else is said.
const LAST: u64 = 10;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    position: String,
    recorded_at: chrono::DateTime<chrono::Utc>,
    event_type: &'a str,
    event_version: &'a str,
    aggregate_id: &'a str,
    sequence: u64,
    data: &'a RawValue,
    metadata: &'a RawValue,
}

/// Prints a log's events, one JSON object a line, straight from Postgres.
///
/// # Errors
/// When Postgres can't be reached or there is no such log.
pub async fn tail(log: i16, after: Option<u64>, follow: bool) -> Result<(), Failure> {
    let store = store(&servers()?).await?;
    let info = store
        .info(LogId(log))
        .ok_or_else(|| Failure::new(format!("there is no log {log}")))?;
    let mut after = match after {
        Some(after) => after,
        None => store.head(info.id).await?.saturating_sub(LAST),
    };
    loop {
        let events = store.read(info.id, after, PAGE).await?;
        print(info, &events)?;
        after = events.last().map_or(after, |event| event.position);
        if events.len() < PAGE {
            if !follow {
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn print(info: LogInfo, events: &[RecordedEvent]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    for event in events {
        let line = Line {
            position: event.token(info.epoch).to_string(),
            recorded_at: event.recorded_at,
            event_type: &event.event_type,
            event_version: &event.event_version,
            aggregate_id: &event.aggregate_id,
            sequence: event.sequence,
            data: serde_json::from_str(event.payload_str())?,
            metadata: serde_json::from_str(&event.metadata)?,
        };
        serde_json::to_writer(&mut out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}
