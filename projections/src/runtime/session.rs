//! A projector's work on one generation over one connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use flowgrid_bus::RecordedEvent;
use flowgrid_log::{Follower, LogError};
use sqlx::PgConnection;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;

use super::projector::{Projector, Stop};
use super::{Applied, apply};
use crate::ReadError;
use crate::generation::{Generation, checkpoint, live, open_checkpoint};
use crate::read_model::{Poison, ReadModel, stage_all};
use crate::simple;
use crate::staged::Staged;

/// The most events of one transaction.
const MOST_EVENTS: usize = 2_000;
/// How long a checkpoint may stand behind events that are none of the model's business, and how
/// far: they change no row, so nobody in this process waits for it.
const LAZY: Duration = Duration::from_millis(20);
const LAZY_EVENTS: u64 = 20_000;
/// How often a process whose projector lost the fence looks whether the winner is still at work.
const STANDBY: Duration = Duration::from_millis(100);

/// How a session ended without an error.
pub(crate) enum Ended {
    Shutdown,
    /// Another generation is live, or none yet.
    Swapped,
    /// A gap, a poison event or missing rows.
    Stopped(Stop),
}

pub(crate) struct Session<'p, M> {
    projector: &'p Projector<M>,
    shutdown: watch::Receiver<bool>,
}

/// Where the work stands.
struct At {
    generation: Generation,
    /// The checkpoint in the database.
    stored: u64,
    /// Beyond it only events that change no row; since when.
    lazy_since: Option<Instant>,
}

impl<'p, M: ReadModel> Session<'p, M> {
    pub(crate) fn new(projector: &'p Projector<M>, shutdown: watch::Receiver<bool>) -> Self {
        Self {
            projector,
            shutdown,
        }
    }

    pub(crate) async fn run(&mut self) -> Result<Ended, ReadError> {
        let context = &self.projector.context;
        let mut connection = context.client.writer("pg_catalog").await?;
        let Some(generation) = live(M::NAME, &mut connection).await? else {
            self.pause(STANDBY).await;
            return Ok(Ended::Swapped);
        };
        open_checkpoint(&generation, self.projector.log, &mut connection).await?;
        let Some(stored) = self.stored(&generation, &mut connection).await? else {
            return Ok(Ended::Swapped);
        };
        simple::run(
            &mut connection,
            &format!("set search_path = {}", generation.schema),
        )
        .await?;
        let tail = context
            .tails
            .as_ref()
            .and_then(|tails| tails.get(self.projector.log));
        let Some(tail) = tail else {
            return Err(ReadError::Unavailable(format!(
                "log {} is not followed",
                self.projector.log
            )));
        };
        let mut follower = Follower::new(context.store.clone(), Arc::clone(&tail), stored);
        let mut at = At {
            generation,
            stored,
            lazy_since: None,
        };
        self.tell(stored);
        loop {
            self.projector
                .counters
                .head
                .store(tail.head(), Ordering::Relaxed);
            let events = match self.next(&mut follower, &at).await {
                Next::Events(events) => events,
                Next::Lazy => Vec::new(),
                Next::Shutdown => {
                    self.store_lazily(&mut at, &mut connection, follower.position())
                        .await?;
                    return Ok(Ended::Shutdown);
                }
                Next::Failed(error) => return after_failure(error, follower.position()),
            };
            let outcome = self
                .take(&mut at, &events, follower.position(), &mut connection)
                .await?;
            match outcome {
                Taken::On => {}
                Taken::Stopped(stop) => return Ok(Ended::Stopped(stop)),
                Taken::FenceLost => {
                    let Some(stored) = self.stand_by(&at, &mut connection, tail.head()).await?
                    else {
                        return Ok(Ended::Swapped);
                    };
                    at.stored = stored;
                    at.lazy_since = None;
                    follower.seek(stored);
                }
            }
        }
    }

    async fn next(&mut self, follower: &mut Follower, at: &At) -> Next {
        let due = at.lazy_since.map(|since| since + LAZY);
        let lazy = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.shutdown.wait_for(|stop| *stop) => Next::Shutdown,
            events = follower.next(MOST_EVENTS) => events.map_or_else(Next::Failed, Next::Events),
            () = lazy => Next::Lazy,
        }
    }

    /// Takes in a batch that ends at `to`; an empty one stores the position only.
    async fn take(
        &self,
        at: &mut At,
        events: &[Arc<RecordedEvent>],
        to: u64,
        connection: &mut PgConnection,
    ) -> Result<Taken, ReadError> {
        let counters = &self.projector.counters;
        let mut batch = Staged::default();
        let poison = stage_all::<M>(&mut batch, events.iter().map(AsRef::as_ref)).err();
        // What stands before a poison event is still applied.
        let to = poison.as_ref().map_or(to, |poison| poison.position - 1);
        let idle = batch.is_empty() && poison.is_none() && !events.is_empty();
        counters
            .events
            .fetch_add(events.len() as u64, Ordering::Relaxed);
        if idle && to - at.stored < LAZY_EVENTS {
            at.lazy_since.get_or_insert_with(Instant::now);
            self.tell(to);
            return Ok(Taken::On);
        }
        let (rows, started) = (batch.len(), Instant::now());
        if to > at.stored {
            let span = self.span(at.stored, to, events);
            let (range, writes) = ((at.stored, to), batch.into_writes());
            let applied = apply::<M>(
                connection,
                &at.generation,
                self.projector.log,
                range,
                &writes,
            );
            match applied.instrument(span).await {
                Ok(Applied::Written) => {}
                Ok(Applied::FenceLost) => return Ok(Taken::FenceLost),
                Err(error) => return Stop::of(error).map(Taken::Stopped),
            }
            counters.wrote(rows, started.elapsed());
            counters.stopped.store(0, Ordering::Relaxed);
        }
        at.stored = to;
        at.lazy_since = None;
        self.tell(to);
        Ok(match poison {
            Some(Poison { position, reason }) => Taken::Stopped(Stop { position, reason }),
            None => Taken::On,
        })
    }

    /// The span of a batch, in the trace of its last event.
    fn span(&self, from: u64, to: u64, events: &[Arc<RecordedEvent>]) -> tracing::Span {
        let span = tracing::debug_span!(
            "project", projection = %M::NAME, log = %self.projector.log, from, to, traceparent = tracing::field::Empty
        );
        if !span.is_disabled() {
            let metadata = events.last().and_then(|event| event.parsed_metadata().ok());
            if let Some(traceparent) = metadata.and_then(|metadata| metadata.traceparent) {
                span.record("traceparent", traceparent);
            }
        }
        span
    }

    /// Before the end: what the checkpoint was allowed to be behind.
    async fn store_lazily(
        &self,
        at: &mut At,
        connection: &mut PgConnection,
        to: u64,
    ) -> Result<(), ReadError> {
        if at.lazy_since.is_some() {
            self.take(at, &[], to, connection).await?;
        }
        Ok(())
    }

    /// Another process projects the same. Waits until it has got no further for a while although
    /// there is work, and answers where to go on; `None` when another generation is live.
    async fn stand_by(
        &mut self,
        at: &At,
        connection: &mut PgConnection,
        head: u64,
    ) -> Result<Option<u64>, ReadError> {
        let mut known = at.stored;
        let mut head = head;
        loop {
            let now = live(M::NAME, &mut *connection).await?;
            if now.is_none_or(|now| now.number != at.generation.number) {
                return Ok(None);
            }
            let Some(stored) = self.stored(&at.generation, connection).await? else {
                return Ok(None);
            };
            self.tell(stored);
            if stored == known && stored < head || *self.shutdown.borrow() {
                return Ok(Some(stored));
            }
            known = stored;
            self.pause(STANDBY).await;
            let tail = self
                .projector
                .context
                .tails
                .as_ref()
                .and_then(|tails| tails.get(self.projector.log));
            head = tail.map_or(head, |tail| tail.head());
        }
    }

    /// The open checkpoint in the database.
    async fn stored(
        &self,
        generation: &Generation,
        connection: &mut PgConnection,
    ) -> Result<Option<u64>, ReadError> {
        let found = checkpoint(generation, self.projector.log, connection).await?;
        Ok(found
            .filter(|checkpoint| !checkpoint.closed)
            .map(|checkpoint| checkpoint.position))
    }

    fn tell(&self, position: u64) {
        self.projector
            .counters
            .position
            .store(position, Ordering::Relaxed);
        self.projector
            .context
            .positions
            .tell(M::NAME, self.projector.log, position);
    }

    async fn pause(&mut self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            _ = self.shutdown.wait_for(|stop| *stop) => {}
        }
    }
}

enum Next {
    Events(Vec<Arc<RecordedEvent>>),
    /// The checkpoint has been behind for long enough.
    Lazy,
    Shutdown,
    Failed(LogError),
}

enum Taken {
    On,
    FenceLost,
    Stopped(Stop),
}

/// What a failure to read the log means: a gap stops the projector, the rest is tried again.
fn after_failure(error: LogError, position: u64) -> Result<Ended, ReadError> {
    match error {
        LogError::Gap { .. } | LogError::Corrupt(_) | LogError::NoSuchLog(_) => {
            Ok(Ended::Stopped(Stop {
                position: position + 1,
                reason: error.to_string(),
            }))
        }
        LogError::Database(_)
        | LogError::Bus(_)
        | LogError::NotMigrated(_)
        | LogError::Setting(_) => Err(error.into()),
    }
}
