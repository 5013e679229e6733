//! What the log tells whoever measures it.

use std::time::Duration;

use flowgrid_bus::LogId;

/// Called on the hot path: implementations only move counters.
pub trait LogObserver: Send + Sync + 'static {
    /// A batch was written: commands in it, events in it, how long Postgres took.
    fn appended(&self, log: LogId, commands: usize, events: usize, took: Duration);
    /// A batch reached the stream.
    fn relayed(&self, log: LogId, events: usize, took: Duration);
}

/// For tests and tools that don't measure.
pub struct NoObserver;

impl LogObserver for NoObserver {
    fn appended(&self, _: LogId, _: usize, _: usize, _: Duration) {}
    fn relayed(&self, _: LogId, _: usize, _: Duration) {}
}
