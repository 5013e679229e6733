//! Taking in a batch of events.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

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

/// For how long events may be merged into a batch while more of them wait.
const GATHERING: Duration = Duration::from_millis(500);

/// What became of a batch.
pub(super) enum Taken {
    On,
    /// Another process projects the same, or another generation is live.
    FenceLost,
    Stopped(Stop),
}

impl<M: ReadModel> Session<'_, M> {
    /// Takes in the events that follow those seen; with `more` waiting, not each time in a transaction.
    pub(super) async fn take(
        &self,
        at: &mut At<M>,
        events: &[Arc<RecordedEvent>],
        more: bool,
        connection: &mut PgConnection,
    ) -> Result<Taken, ReadError> {
        let stop = match gap(at.seen, events) {
            Some(stop) => Some(stop),
            None => self.stage(at, events),
        };
        if stop.is_none() && at.batch.is_empty() && at.seen - at.stored < LAZY_EVENTS {
            at.lazy_since.get_or_insert_with(Instant::now);
            self.tell(at.seen);
            return Ok(Taken::On);
        }
        let began = *at.began.get_or_insert_with(Instant::now);
        if stop.is_none() && more && at.batch.len() < M::ENOUGH && began.elapsed() < GATHERING {
            return Ok(Taken::On);
        }
        // What stands before a gap or a poison event is still applied.
        let span = span::<M>(at, events);
        let taken = self.store(at, connection).instrument(span).await?;
        Ok(match (taken, stop) {
            (Taken::On, Some(stop)) => Taken::Stopped(stop),
            (taken, _) => taken,
        })
    }

    /// Merges events into the batch, up to the first that is poison.
    fn stage(&self, at: &mut At<M>, events: &[Arc<RecordedEvent>]) -> Option<Stop> {
        let seen = events.len() as u64;
        let counters = &self.projector.counters;
        counters.events.fetch_add(seen, Ordering::Relaxed);
        let staged = stage_all::<M>(&mut at.batch, events.iter().map(AsRef::as_ref));
        let Err(Poison { position, reason }) = staged else {
            at.seen += seen;
            return None;
        };
        at.seen = position - 1;
        Some(Stop { position, reason })
    }

    /// Writes the rows of what was seen, and moves the checkpoint there.
    pub(super) async fn store(
        &self,
        at: &mut At<M>,
        connection: &mut PgConnection,
    ) -> Result<Taken, ReadError> {
        (at.lazy_since, at.began) = (None, None);
        if at.seen > at.stored {
            let (batch, started) = (std::mem::take(&mut at.batch), Instant::now());
            let (rows, range) = (batch.len(), (at.stored, at.seen));
            let (generation, log, writes) =
                (&at.generation, self.projector.log, batch.into_writes());
            let memory = &mut at.memory;
            match apply::<M>(connection, generation, log, range, writes, memory).await {
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
fn span<M: ReadModel>(at: &At<M>, events: &[Arc<RecordedEvent>]) -> tracing::Span {
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
