//! Telemetry: what is written without being decided on.

use chrono::{DateTime, Utc};
use flowgrid_bus::Position;
use flowgrid_domain::readings::{Readings, ReadingsEvent};
use flowgrid_domain::{Decider, Event, LogKind};
use flowgrid_log::{Append, Appended, Expected, NewEvent, Receipt, StoredReceipt};
use uuid::Uuid;

use crate::caller::receipt_key;
use crate::{Caller, CommandError, Commands, Idempotency, Request};

/// Readings of one request, checked already.
#[derive(Clone, Debug)]
pub struct Recording {
    /// At least one event; each with the local id of its building. All of them are written, or none.
    pub events: Vec<(String, ReadingsEvent)>,
    pub idempotency: Option<Idempotency>,
    /// HTTP status of the answer, kept for a repeat.
    pub status: u16,
}

/// Where a recording stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Of its last event.
    pub position: Position,
    /// The same had been recorded under the same key: this is where it stands.
    pub repeated: bool,
    pub status: u16,
    /// When it was written; `None` of one that is repeated.
    pub at: Option<DateTime<Utc>>,
}

impl Commands {
    /// Writes telemetry: it is on disk when this returns.
    ///
    /// # Errors
    /// See [`CommandError`]; only [`CommandError::Unknown`] leaves open whether it happened.
    pub async fn record(
        &self,
        caller: &Caller,
        recording: Recording,
    ) -> Result<Recorded, CommandError> {
        let log = self.place(&caller.tenant, LogKind::Telemetry).await?;
        let at = |n| Position {
            log: log.id,
            epoch: log.epoch,
            n,
        };
        let (idempotency, status) = (recording.idempotency.clone(), recording.status);
        let append = append(caller, recording)?;
        match self.appender(log.id)?.append(append).await? {
            Appended::Written {
                last, recorded_at, ..
            } => Ok(Recorded {
                position: at(last),
                repeated: false,
                status,
                at: Some(recorded_at),
            }),
            Appended::Repeated(receipt) => repeated(idempotency.as_ref(), &receipt, at),
            other @ (Appended::Stale { .. } | Appended::ClaimTaken { .. }) => {
                Err(CommandError::Internal(format!(
                    "telemetry has no versions and no claims: {other:?}"
                )))
            }
        }
    }

    /// Where that stands which was recorded under a key before, if anything was: what is refused now may
    /// have been recorded then.
    ///
    /// # Errors
    /// [`CommandError::KeyReused`] when it was something else; else when the log can't be read.
    pub async fn recorded(
        &self,
        caller: &Caller,
        key: &Idempotency,
    ) -> Result<Option<Recorded>, CommandError> {
        let log = self.place(&caller.tenant, LogKind::Telemetry).await?;
        let name = receipt_key(&caller.actor, &key.key);
        let receipt = self
            .store()
            .receipt(log.id, caller.tenant.id(), &name)
            .await?;
        let at = |n| Position {
            log: log.id,
            epoch: log.epoch,
            n,
        };
        let found = receipt.map(|receipt| repeated(Some(key), &receipt, at));
        found.transpose()
    }
}

/// Where the first recording stands, if this is the same.
fn repeated(
    key: Option<&Idempotency>,
    receipt: &StoredReceipt,
    at: impl Fn(u64) -> Position,
) -> Result<Recorded, CommandError> {
    if key.is_none_or(|key| key.fingerprint != receipt.fingerprint) {
        return Err(CommandError::KeyReused);
    }
    Ok(Recorded {
        position: at(receipt.position),
        repeated: true,
        status: receipt.status,
        at: None,
    })
}

fn append(caller: &Caller, recording: Recording) -> Result<Append, CommandError> {
    let request = Request {
        id: String::new(),
        command: (),
        if_match: None,
        idempotency: recording.idempotency,
        status: recording.status,
        follow_claim: false,
    };
    let metadata = serde_json::to_string(&caller.metadata(&request))?;
    let first = recording.events.first().map(|(building, _)| building);
    let first = first.ok_or_else(|| CommandError::Internal("a recording of nothing".into()))?;
    let aggregate_id = caller.tenant.qualify(first);
    let mut events = Vec::with_capacity(recording.events.len());
    for (building, event) in &recording.events {
        events.push(NewEvent {
            id: Uuid::now_v7(),
            of: Some(caller.tenant.qualify(building)),
            event_type: event.event_type().into(),
            event_version: event.event_version().into(),
            payload: event.payload()?,
        });
    }
    Ok(Append {
        tenant: caller.tenant.clone(),
        aggregate_type: Readings::TYPE,
        aggregate_id,
        expected: Expected::Any,
        events,
        metadata,
        claims: Vec::new(),
        receipt: request.idempotency.map(|key| Receipt {
            key: receipt_key(&caller.actor, &key.key),
            fingerprint: key.fingerprint,
            status: request.status,
        }),
    })
}
