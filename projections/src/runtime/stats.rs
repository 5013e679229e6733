//! What projectors count, for metrics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use flowgrid_bus::LogId;

use crate::ModelName;

/// The counters of one projector on one log, since it started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectorStats {
    pub model: ModelName,
    pub log: LogId,
    /// Up to here its rows are visible.
    pub position: u64,
    /// The newest position it knows of: `head - position` is its lag in events.
    pub head: u64,
    /// Transactions that wrote rows.
    pub batches: u64,
    /// Events seen, also those that are none of its business.
    pub events: u64,
    /// Rows written.
    pub rows: u64,
    /// Time spent in those transactions.
    pub apply_time: Duration,
    /// It stands still at a gap or a poison event.
    pub stopped: bool,
}

/// The live counters behind [`ProjectorStats`].
#[derive(Default)]
pub(crate) struct Counters {
    pub position: AtomicU64,
    pub head: AtomicU64,
    pub batches: AtomicU64,
    pub events: AtomicU64,
    pub rows: AtomicU64,
    pub apply_micros: AtomicU64,
    pub stopped: AtomicU64,
}

impl Counters {
    pub(crate) fn wrote(&self, rows: usize, took: Duration) {
        self.stopped.store(0, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.apply_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(self: &Arc<Self>, model: ModelName, log: LogId) -> ProjectorStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let position = read(&self.position);
        ProjectorStats {
            model,
            log,
            position,
            head: read(&self.head).max(position),
            batches: read(&self.batches),
            events: read(&self.events),
            rows: read(&self.rows),
            apply_time: Duration::from_micros(read(&self.apply_micros)),
            stopped: read(&self.stopped) > 0,
        }
    }
}
