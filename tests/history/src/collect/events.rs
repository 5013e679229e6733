//! The events of a log, and the locks and receipts that follow from them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::{LogId, Metadata, RecordedEvent};
use serde::Deserialize;

use super::CollectError;
use super::beside::may_be_gone;
use super::database::Database;
use crate::hash;
use crate::hash::of_text;
use crate::intern::Names;
use crate::{AggregateName, Lock, LogEvent, Receipt, ReceiptName};

/// A log, read once.
#[derive(Default)]
pub(super) struct Gathered {
    pub events: Vec<LogEvent>,
    pub locks: BTreeMap<AggregateName, Lock>,
    pub receipts: BTreeMap<ReceiptName, Receipt>,
}

pub(super) async fn gather(
    database: &Database,
    log: LogId,
    now: DateTime<Utc>,
) -> Result<Gathered, CollectError> {
    let mut gathered = Gathered::default();
    let mut names = Names::default();
    database
        .each_event(log, |event| {
            gathered.take(event, &mut names, now);
            Ok(())
        })
        .await?;
    Ok(gathered)
}

impl Gathered {
    fn take(&mut self, event: &RecordedEvent, names: &mut Names, now: DateTime<Utc>) {
        // Metadata that doesn't read has no mark, and nobody sent what has no mark.
        let metadata = event.parsed_metadata().unwrap_or_default();
        let aggregate = (
            names.get(&event.aggregate_type),
            names.get(&event.aggregate_id),
        );
        self.lock(event, &aggregate);
        self.receipt(event, aggregate, &metadata, now);
        self.events.push(log_event(event, names, metadata));
    }

    fn lock(&mut self, event: &RecordedEvent, aggregate: &AggregateName) {
        let lock = self.locks.entry(aggregate.clone()).or_insert(Lock {
            version: 0,
            first_position: event.position,
            last_position: 0,
        });
        lock.version = event.sequence;
        lock.last_position = event.position;
    }

    fn receipt(
        &mut self,
        event: &RecordedEvent,
        aggregate: AggregateName,
        metadata: &Metadata,
        now: DateTime<Utc>,
    ) {
        let (Some(key), Some(fingerprint), Some(status)) = (
            &metadata.idempotency_key,
            &metadata.fingerprint,
            metadata.status,
        ) else {
            return;
        };
        // A key belongs to whoever used it.
        let key: Box<str> = format!("{}/{key}", metadata.actor).into();
        // A command of several events has one receipt, at its last.
        let goes_on = self.events.last().is_some_and(|last| {
            last.position + 1 == event.position
                && Some(&*last.mark) == metadata.request_id.as_deref()
        });
        if goes_on {
            self.receipts
                .remove(&(event.tenant_id, key.clone(), event.position - 1));
        }
        let receipt = Receipt {
            fingerprint: fingerprint.as_str().into(),
            status,
            aggregate,
            sequence: event.sequence,
            may_be_gone: may_be_gone(event.recorded_at, now),
        };
        self.receipts
            .insert((event.tenant_id, key, event.position), receipt);
    }
}

/// What channels look at in the payloads of alerts.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Place {
    severity: Option<String>,
    building_id: Option<String>,
}

fn log_event(event: &RecordedEvent, names: &mut Names, metadata: Metadata) -> LogEvent {
    let place = match &*event.aggregate_type {
        "alert" => serde_json::from_slice(&event.payload).unwrap_or_default(),
        _ => Place::default(),
    };
    LogEvent {
        position: event.position,
        event_id: event.event_id,
        org: names.get(event.tenant_slug()),
        aggregate_type: names.get(&event.aggregate_type),
        aggregate_id: names.get(event.local_id()),
        sequence: event.sequence,
        event_type: names.get(&event.event_type),
        mark: metadata.request_id.unwrap_or_default().into(),
        key: metadata.idempotency_key.map(Into::into),
        building: place.building_id.map(|id| names.get(&id)),
        critical: place.severity.as_deref() == Some("critical"),
        payload: of_text(event.payload_str()),
        hash: hash::of_event(event),
    }
}
