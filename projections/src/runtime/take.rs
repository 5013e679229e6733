//! Taking in a batch of events.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use flowgrid_bus::RecordedEvent;
use sqlx::PgConnection;
use tokio::time::Instant;
use tracing::Instrument;

use super::projector::Stop;
use super::session::{At, Session};
use super::{Applied, apply};
use crate::ReadError;
use crate::read_model::{Batch, Poison, ReadModel, stage_all};

/// How far a checkpoint may stand behind events that change no row.
const LAZY_EVENTS: u64 = 20_000;

/// What became of a batch.
pub(super) enum Taken {
    On,
    /// Another process projects the same, or another generation is live.
    FenceLost,
    Stopped(Stop),
}

impl<M: ReadModel> Session<'_, M> {
    /// Takes in the events that follow those seen.
    pub(super) async fn take(
        &self,
        at: &mut At,
        events: &[Arc<RecordedEvent>],
        connection: &mut PgConnection,
    ) -> Result<Taken, ReadError> {
        if let Some(stop) = gap(at.seen, events) {
            return Ok(Taken::Stopped(stop));
        }
        let counters = &self.projector.counters;
        let seen = events.len() as u64;
        counters.events.fetch_add(seen, Ordering::Relaxed);
        let mut batch = M::Batch::default();
        let staged = stage_all::<M>(&mut batch, events.iter().map(AsRef::as_ref));
        let poison = staged.err();
        // What stands before a poison event is still applied.
        at.seen = match &poison {
            Some(poison) => poison.position - 1,
            None => at.seen + seen,
        };
        let idle = batch.is_empty() && poison.is_none();
        if idle && at.seen - at.stored < LAZY_EVENTS {
            at.lazy_since.get_or_insert_with(Instant::now);
            self.tell(at.seen);
            return Ok(Taken::On);
        }
        let span = span::<M>(at, events);
        let taken = self.write(at, batch, connection).instrument(span).await?;
        Ok(match (taken, poison) {
            (Taken::On, Some(Poison { position, reason })) => {
                Taken::Stopped(Stop { position, reason })
            }
            (taken, _) => taken,
        })
    }

    /// Stores how far events that change no row were seen.
    pub(super) async fn store(
        &self,
        at: &mut At,
        connection: &mut PgConnection,
    ) -> Result<Taken, ReadError> {
        self.write(at, M::Batch::default(), connection).await
    }

    /// Writes rows and moves the checkpoint to what was seen.
    async fn write(
        &self,
        at: &mut At,
        batch: M::Batch,
        connection: &mut PgConnection,
    ) -> Result<Taken, ReadError> {
        at.lazy_since = None;
        if at.seen > at.stored {
            let (rows, started) = (batch.len(), Instant::now());
            let (range, writes) = ((at.stored, at.seen), batch.into_writes());
            let log = self.projector.log;
            match apply::<M>(connection, &at.generation, log, range, writes).await {
                Ok(Applied::Written) => {}
                Ok(Applied::FenceLost) => return Ok(Taken::FenceLost),
                Err(error) => return Stop::of(error).map(Taken::Stopped),
            }
            self.projector.counters.wrote(rows, started.elapsed());
            at.stored = at.seen;
        }
        self.tell(at.stored);
        Ok(Taken::On)
    }
}

/// The span of a batch, in the trace of its last event.
fn span<M: ReadModel>(at: &At, events: &[Arc<RecordedEvent>]) -> tracing::Span {
    let span = tracing::debug_span!(
        "project",
        projection = %M::NAME,
        from = at.stored,
        to = at.seen,
        traceparent = tracing::field::Empty
    );
    if !span.is_disabled() {
        let metadata = events.last().and_then(|event| event.parsed_metadata().ok());
        if let Some(traceparent) = metadata.and_then(|metadata| metadata.traceparent) {
            span.record("traceparent", traceparent);
        }
    }
    span
}

/// The first position that isn't there, if the events don't follow `seen` one by one.
fn gap(seen: u64, events: &[Arc<RecordedEvent>]) -> Option<Stop> {
    let (event, expected) = events
        .iter()
        .zip(seen + 1..)
        .find(|(event, expected)| event.position != *expected)?;
    Some(Stop {
        position: expected,
        reason: format!("position {expected} is missing, {} came", event.position),
    })
}
