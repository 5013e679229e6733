//! The time of day, handed in so that tests can stop it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use chrono::{DateTime, Utc};

/// Tells the time to handlers and token checks.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// One that stands still until it is [`set`](Self::set).
    pub fn stopped_at(at: DateTime<Utc>) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(
            at.timestamp_micros(),
        ))))
    }

    /// Moves a stopped clock and its clones; the machine's own can't be moved.
    pub fn set(&self, at: DateTime<Utc>) {
        if let Source::Manual(micros) = &self.0 {
            micros.store(at.timestamp_micros(), Ordering::SeqCst);
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => SystemTime::now().into(),
            Source::Manual(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default()
            }
        }
    }
}
