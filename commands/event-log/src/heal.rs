//! Bringing back from the stream what Postgres has lost.

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use futures_util::{StreamExt, TryStreamExt};
use uuid::Uuid;

use crate::integrity::message_at;
use crate::{Bus, LogError, LogInfo, LogStore, stream};

/// How many messages are asked for at once.
const AT_ONCE: usize = 32;

/// Events beyond the log's end, with what follows from them.
pub struct Tailpiece {
    pub events: Vec<RecordedEvent>,
    pub claims: Vec<ClaimRow>,
    pub receipts: Vec<ReceiptRow>,
}

/// A claim as it stands after the tailpiece; without an owner it was released.
pub struct ClaimRow {
    pub tenant: Uuid,
    pub scope: String,
    pub key: String,
    pub owner: Option<String>,
    pub position: u64,
}

/// A receipt that an event's metadata names.
pub struct ReceiptRow {
    pub tenant: Uuid,
    pub key: String,
    pub fingerprint: String,
    pub status: u16,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: u64,
    pub position: u64,
    pub recorded_at: DateTime<Utc>,
}

/// Checks that the stream goes on where the log ends: it must hold the log's last event, at its
/// position, or begin right after it.
///
/// # Errors
/// [`LogError::Corrupt`] when it doesn't, and healing would splice two histories.
pub async fn join_holds(
    store: &LogStore,
    bus: &Bus,
    log: LogInfo,
    head: u64,
) -> Result<(), LogError> {
    let state = stream::state(bus, log).await?;
    let state = state.ok_or_else(|| LogError::Corrupt("there is no stream to heal from".into()))?;
    if !state.is_whole() || state.first > head + 1 {
        return Err(LogError::Corrupt(format!(
            "the stream doesn't hold everything after {head}: {state:?}"
        )));
    }
    if head == 0 || state.first == head + 1 {
        return Ok(());
    }
    let ours = store.read(log.id, head - 1, 1).await?;
    let theirs = message_at(bus, log, head).await?;
    if ours
        .first()
        .is_some_and(|ours| ours.event_id != theirs.event_id)
    {
        return Err(LogError::Corrupt(format!(
            "log and stream hold different events at {head}"
        )));
    }
    Ok(())
}

/// The stream's events at `after + 1 ..= until`.
///
/// # Errors
/// When one is missing or malformed.
pub async fn read_stream(
    bus: &Bus,
    log: LogInfo,
    after: u64,
    until: u64,
) -> Result<Vec<RecordedEvent>, LogError> {
    futures_util::stream::iter(after + 1..=until)
        .map(|position| message_at(bus, log, position))
        .buffered(AT_ONCE)
        .try_collect()
        .await
}

/// Writes a tailpiece, all of it or nothing. Answers where the log ends now.
///
/// # Errors
/// When the log doesn't end where the tailpiece begins, or Postgres doesn't answer.
pub async fn write(store: &LogStore, log: LogInfo, tailpiece: &Tailpiece) -> Result<u64, LogError> {
    let Tailpiece {
        events,
        claims,
        receipts,
    } = tailpiece;
    let call = "select heal_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, \
                $18, $19, $20, $21, $22, $23, $24, $25, $26)";
    let head: i64 = sqlx::query_scalar(call)
        .bind(log.id.0)
        .bind(column(events, |e| e.position.cast_signed()))
        .bind(column(events, |e| e.event_id))
        .bind(column(events, |e| e.tenant_id))
        .bind(column(events, |e| e.aggregate_type.to_string()))
        .bind(column(events, |e| e.aggregate_id.to_string()))
        .bind(column(events, |e| e.sequence.cast_signed()))
        .bind(column(events, |e| e.event_type.to_string()))
        .bind(column(events, |e| e.event_version.to_string()))
        .bind(column(events, |e| e.payload_str().to_owned()))
        .bind(column(events, |e| e.metadata.to_string()))
        .bind(column(events, |e| e.recorded_at))
        .bind(column(claims, |c| c.tenant))
        .bind(column(claims, |c| c.scope.clone()))
        .bind(column(claims, |c| c.key.clone()))
        .bind(column(claims, |c| c.owner.clone()))
        .bind(column(claims, |c| c.position.cast_signed()))
        .bind(column(receipts, |r| r.tenant))
        .bind(column(receipts, |r| r.key.clone()))
        .bind(column(receipts, |r| r.fingerprint.clone()))
        .bind(column(receipts, |r| r.status.cast_signed()))
        .bind(column(receipts, |r| r.aggregate_type.clone()))
        .bind(column(receipts, |r| r.aggregate_id.clone()))
        .bind(column(receipts, |r| r.sequence.cast_signed()))
        .bind(column(receipts, |r| r.position.cast_signed()))
        .bind(column(receipts, |r| r.recorded_at))
        .fetch_one(store.pool())
        .await?;
    Ok(head.cast_unsigned())
}

fn column<T, V>(rows: &[T], value: impl Fn(&T) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}
