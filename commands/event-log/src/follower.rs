//! Reads a log in order from a position on: from the tail, or from Postgres when it is behind it.

use std::sync::Arc;

use flowgrid_bus::{LogId, RecordedEvent};

use crate::{LogError, LogStore, Tail, TailRange};

/// The most events read from Postgres at once.
const MOST_READ: usize = 5_000;

/// A reader of one log. Never skips and never repeats a position.
pub struct Follower {
    store: LogStore,
    tail: Arc<Tail>,
    position: u64,
}

impl Follower {
    /// Reads on from `after`; the first event it gives is at `after + 1`.
    pub fn new(store: LogStore, tail: Arc<Tail>, after: u64) -> Self {
        Self {
            store,
            tail,
            position: after,
        }
    }

    pub fn log(&self) -> LogId {
        self.tail.log()
    }

    /// The position of the last event given.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Goes on after another position.
    pub fn seek(&mut self, position: u64) {
        self.position = position;
    }

    /// The next events, at least one, at most `max`. Waits while there are none. Cancel-safe.
    ///
    /// # Errors
    /// [`LogError::Gap`] when a position is missing; else when Postgres doesn't answer.
    pub async fn next(&mut self, max: usize) -> Result<Vec<Arc<RecordedEvent>>, LogError> {
        loop {
            let events = match self.tail.range(self.position, max) {
                TailRange::Events(events) => events,
                TailRange::Nothing => {
                    self.tail.beyond(self.position).await;
                    continue;
                }
                TailRange::Behind => {
                    let read = self
                        .store
                        .read(self.log(), self.position, max.min(MOST_READ))
                        .await?;
                    read.into_iter().map(Arc::new).collect()
                }
            };
            let Some(last) = events.last() else {
                // The stream is ahead of the log: Postgres has lost its tail.
                return Err(LogError::Gap {
                    log: self.log(),
                    expected: self.position + 1,
                    found: self.tail.head(),
                });
            };
            self.position = last.position;
            return Ok(events);
        }
    }
}
