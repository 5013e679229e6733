//! Aggregates folded from their history, now or as they were.

use chrono::{DateTime, Utc};
use flowgrid_bus::{Position, RecordedEvent};
use flowgrid_domain::{Decider, Event};
use flowgrid_log::{LogInfo, LogStore};

use crate::CommandError;

/// How many events are read at once.
const PAGE: usize = 5_000;

/// A moment in an aggregate's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// As its n-th event left it.
    Version(u64),
    /// As it was at this time.
    Time(DateTime<Utc>),
}

/// An aggregate, folded.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded<A> {
    pub state: A,
    /// Its version: the number of events folded.
    pub revision: u64,
    /// Where the last of them stands.
    pub position: Position,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl<A: Decider> Loaded<A> {
    pub(crate) fn fresh(log: LogInfo) -> Self {
        let position = Position {
            log: log.id,
            epoch: log.epoch,
            n: 0,
        };
        Self {
            state: A::default(),
            revision: 0,
            position,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn fold(&mut self, event: &RecordedEvent) -> Result<(), CommandError> {
        let decoded =
            A::Event::decode(&event.event_type, &event.event_version, event.payload_str())?;
        self.state.evolve(&decoded);
        self.advance(event.sequence, event.position, event.recorded_at);
        Ok(())
    }

    pub(crate) fn advance(&mut self, revision: u64, position: u64, recorded_at: DateTime<Utc>) {
        if self.revision == 0 {
            self.created_at = recorded_at;
        }
        self.revision = revision;
        self.position.n = position;
        self.updated_at = recorded_at;
    }
}

/// The aggregate with all its events, going on from what is known of it already.
pub(crate) async fn catch_up<A: Decider>(
    store: &LogStore,
    log: LogInfo,
    qualified_id: &str,
    known: Option<Loaded<A>>,
) -> Result<Loaded<A>, CommandError> {
    let mut loaded = known.unwrap_or_else(|| Loaded::fresh(log));
    loop {
        let events = store
            .read_aggregate(log.id, A::TYPE, qualified_id, loaded.revision, PAGE)
            .await?;
        for event in &events {
            loaded.fold(event)?;
        }
        if events.len() < PAGE {
            return Ok(loaded);
        }
    }
}

/// The aggregate as it was; `None` when it wasn't there yet.
pub(crate) async fn at<A: Decider>(
    store: &LogStore,
    log: LogInfo,
    qualified_id: &str,
    at: At,
) -> Result<Option<Loaded<A>>, CommandError> {
    let mut loaded = Loaded::<A>::fresh(log);
    loop {
        let events = store
            .read_aggregate(log.id, A::TYPE, qualified_id, loaded.revision, PAGE)
            .await?;
        for event in &events {
            let beyond = match at {
                At::Version(version) => event.sequence > version,
                At::Time(time) => event.recorded_at > time,
            };
            if beyond {
                return Ok((loaded.revision > 0).then_some(loaded));
            }
            loaded.fold(event)?;
        }
        if events.len() < PAGE {
            let reached = match at {
                At::Version(version) => loaded.revision == version,
                At::Time(_) => loaded.revision > 0,
            };
            return Ok(reached.then_some(loaded));
        }
    }
}
