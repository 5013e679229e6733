//! Healing a log from its stream, with what follows from its events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Metadata, RecordedEvent};
use flowgrid_log::heal::{ClaimRow, ReceiptRow, Tailpiece};
use flowgrid_log::integrity::{Agreement, check};
use flowgrid_log::{Bus, LogInfo, LogKind, LogStore};

use crate::CommandError;
use crate::caller::receipt_key;
use crate::states::States;

/// How many events are brought back in one transaction.
const PAGE: u64 = 1_000;

/// What healing did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healed {
    /// Where the log ended before.
    pub from: u64,
    /// Where it ends now.
    pub to: u64,
}

/// Brings back what the stream holds beyond the log; with it its claims, receipts and
/// placements. What was acknowledged but had not reached the stream is not there to bring back.
///
/// # Errors
/// When log and stream disagree in another way than a lost tail, or one of them doesn't answer.
pub async fn heal_log(store: &LogStore, bus: &Bus, log: LogInfo) -> Result<Healed, CommandError> {
    let from = store.head(log.id).await?;
    let until = match check(store, bus, log).await? {
        Agreement::StreamAhead { stream, .. } => stream,
        Agreement::Agree { .. } | Agreement::NoStream => return Ok(Healed { from, to: from }),
        other @ (Agreement::StreamDamaged { .. }
        | Agreement::Diverged { .. }
        | Agreement::ForeignStream { .. }) => {
            return Err(CommandError::Refused(format!("log {}: {other:?}", log.id)));
        }
    };
    flowgrid_log::heal::join_holds(store, bus, log, from).await?;
    let mut head = from;
    while head < until {
        // An old backup has no leaf for the receipts of today.
        store.make_leaves_ahead().await?;
        let events =
            flowgrid_log::heal::read_stream(bus, log, head, (head + PAGE).min(until)).await?;
        let tailpiece = what_follows(store, log, events).await?;
        head = flowgrid_log::heal::write(store, log, &tailpiece).await?;
        tracing::info!(log = %log.id, head, until, "healing");
    }
    Ok(Healed { from, to: head })
}

/// Claims and receipts of events that the log doesn't hold yet.
async fn what_follows(
    store: &LogStore,
    log: LogInfo,
    events: Vec<RecordedEvent>,
) -> Result<Tailpiece, CommandError> {
    let mut states = States::default();
    let mut claims: HashMap<(uuid::Uuid, &'static str, String), (Option<String>, u64)> =
        HashMap::new();
    let mut receipts: HashMap<(uuid::Uuid, String), ReceiptRow> = HashMap::new();
    for event in &events {
        let changes = match log.kind {
            LogKind::Telemetry => Vec::new(), // claims nothing
            LogKind::Identity | LogKind::Domain => states.take(store, log, event).await?,
        };
        for change in changes {
            let owner = change.take.then(|| event.local_id().to_owned());
            claims.insert(
                (event.tenant_id, change.scope, change.key),
                (owner, event.position),
            );
        }
        if let Some(receipt) = receipt_of(event)? {
            receipts.insert((event.tenant_id, receipt.key.clone()), receipt);
        }
    }
    let claims = claims
        .into_iter()
        .map(|((tenant, scope, key), (owner, position))| ClaimRow {
            tenant,
            scope: scope.to_owned(),
            key,
            owner,
            position,
        });
    Ok(Tailpiece {
        claims: claims.collect(),
        receipts: receipts.into_values().collect(),
        events,
    })
}

fn receipt_of(event: &RecordedEvent) -> Result<Option<ReceiptRow>, CommandError> {
    let Metadata {
        actor,
        idempotency_key,
        fingerprint,
        status,
        ..
    } = event.parsed_metadata()?;
    let (Some(key), Some(fingerprint), Some(status)) = (idempotency_key, fingerprint, status)
    else {
        return Ok(None);
    };
    let recorded_at: DateTime<Utc> = event.recorded_at;
    Ok(Some(ReceiptRow {
        tenant: event.tenant_id,
        key: receipt_key(&actor, &key),
        fingerprint,
        status,
        aggregate_type: event.aggregate_type.to_string(),
        aggregate_id: event.aggregate_id.to_string(),
        sequence: event.sequence,
        position: event.position,
        recorded_at,
    }))
}
