//! A projector's work on one generation over one connection.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use flowgrid_bus::RecordedEvent;
use flowgrid_domain::LogKind;
use flowgrid_log::{Follower, LogError, Tail};
use sqlx::PgConnection;
use tokio::sync::watch;
use tokio::time::Instant;

use super::projector::{Projector, Stop};
use super::take::Taken;
use crate::ReadError;
use crate::generation::{Generation, checkpoint, live, open_checkpoint};
use crate::read_model::ReadModel;
use crate::simple;

/// How long a checkpoint may stand behind events that are none of the model's business: they
/// change no row, so nobody in this process waits for it.
const LAZY: Duration = Duration::from_millis(20);
/// The same of people: each login is an event there, and none of most models' business; who asks in
/// another process asks for what has changed.
const LAZY_OF_PEOPLE: Duration = Duration::from_millis(200);
/// How often it is asked whether a first generation is live.
const UNTIL_LIVE: Duration = Duration::from_millis(50);

/// How a session ended without an error.
pub(super) enum Ended {
    Shutdown,
    /// Another generation is live, or none yet.
    Swapped,
    /// A gap, a poison event, or rows that can't be written.
    Stopped(Stop),
}

pub(super) struct Session<'p, M> {
    pub projector: &'p Projector<M>,
    pub shutdown: watch::Receiver<bool>,
}

/// Where the work stands.
pub(super) struct At<M: ReadModel> {
    pub generation: Generation,
    /// The checkpoint in the database.
    pub stored: u64,
    /// The last event looked at.
    pub seen: u64,
    /// Beyond `stored` there are only events that change no row; since when.
    pub lazy_since: Option<Instant>,
    /// What was seen and isn't written.
    pub batch: M::Batch,
    /// When the first of it was seen.
    pub began: Option<Instant>,
    /// Of what this session has read and written.
    pub memory: M::Memory,
}

enum Next {
    Events(Vec<Arc<RecordedEvent>>),
    /// The checkpoint has been behind for long enough.
    Lazy,
    Shutdown,
    Failed(LogError),
}

impl<'p, M: ReadModel> Session<'p, M> {
    pub(super) fn new(projector: &'p Projector<M>, shutdown: watch::Receiver<bool>) -> Self {
        Self {
            projector,
            shutdown,
        }
    }

    pub(super) async fn run(&mut self) -> Result<Ended, ReadError> {
        let tail = self.tail()?;
        let client = &self.projector.context.client;
        let mut connection = client.writer("pg_catalog").await?;
        let Some(mut at) = self.begin(&mut connection).await? else {
            self.pause(UNTIL_LIVE).await;
            return Ok(Ended::Swapped);
        };
        let store = self.projector.context.store.clone();
        let mut follower = Follower::new(store, Arc::clone(&tail), at.stored);
        self.tell(at.stored);
        loop {
            let head = tail.head();
            self.projector.counters.head.store(head, Ordering::Relaxed);
            let taken = match self.next(&mut follower, at.lazy_since).await {
                Next::Events(events) => {
                    let more = tail.head() > follower.position();
                    self.take(&mut at, &events, more, &mut connection).await?
                }
                Next::Lazy => self.store(&mut at, &mut connection).await?,
                Next::Shutdown => {
                    self.store(&mut at, &mut connection).await?;
                    return Ok(Ended::Shutdown);
                }
                Next::Failed(error) => match self.store(&mut at, &mut connection).await? {
                    Taken::On => return after_failure(error, at.seen),
                    other => other,
                },
            };
            match taken {
                Taken::On => {}
                Taken::Stopped(stop) => return Ok(Ended::Stopped(stop)),
                Taken::FenceLost => {
                    if !self.stand_by(&mut at, &mut connection, &tail).await? {
                        return Ok(Ended::Swapped);
                    }
                    follower.seek(at.stored);
                }
            }
        }
    }

    /// Where to begin; `None` while no generation is live.
    async fn begin(&self, connection: &mut PgConnection) -> Result<Option<At<M>>, ReadError> {
        let Some(generation) = live(M::NAME, &mut *connection).await? else {
            return Ok(None);
        };
        open_checkpoint(&generation, self.projector.log, &mut *connection).await?;
        let Some(stored) = self.stored(&generation, connection).await? else {
            return Ok(None);
        };
        let rows_in = format!("set search_path = {}", generation.schema);
        simple::run(connection, &rows_in).await?;
        Ok(Some(At {
            generation,
            stored,
            seen: stored,
            lazy_since: None,
            batch: M::Batch::default(),
            began: None,
            memory: M::Memory::default(),
        }))
    }

    async fn next(&mut self, follower: &mut Follower, lazy_since: Option<Instant>) -> Next {
        let due = lazy_since.map(|since| since + self.lazy());
        let lazy = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = self.shutdown.wait_for(|stop| *stop) => Next::Shutdown,
            events = follower.next(M::EVENTS) => events.map_or_else(Next::Failed, Next::Events),
            () = lazy => Next::Lazy,
        }
    }

    fn lazy(&self) -> Duration {
        let log = self.projector.context.store.info(self.projector.log);
        match log.map(|log| log.kind) {
            Some(LogKind::Identity) => LAZY_OF_PEOPLE,
            Some(LogKind::Domain | LogKind::Telemetry) | None => LAZY,
        }
    }

    fn tail(&self) -> Result<Arc<Tail>, ReadError> {
        let (log, tails) = (self.projector.log, self.projector.context.tails.as_ref());
        tails
            .and_then(|tails| tails.get(log))
            .ok_or_else(|| ReadError::Unavailable(format!("log {log} is not followed")))
    }

    /// The open checkpoint in the database.
    pub(super) async fn stored(
        &self,
        generation: &Generation,
        connection: &mut PgConnection,
    ) -> Result<Option<u64>, ReadError> {
        let found = checkpoint(generation, self.projector.log, connection).await?;
        Ok(found
            .filter(|checkpoint| !checkpoint.closed)
            .map(|checkpoint| checkpoint.position))
    }

    /// Tells this process up to where the rows are visible.
    pub(super) fn tell(&self, position: u64) {
        let (counters, log) = (&self.projector.counters, self.projector.log);
        counters.position.store(position, Ordering::Relaxed);
        let positions = &self.projector.context.positions;
        positions.tell(M::NAME, log, position);
    }

    pub(super) async fn pause(&mut self, time: Duration) {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            _ = self.shutdown.wait_for(|stop| *stop) => {}
        }
    }
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
