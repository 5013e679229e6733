//! Names on the bus.

use crate::{LogId, RecordedEvent};

/// The stream that mirrors a log.
pub fn stream_name(log: LogId) -> String {
    format!("EV_{log}")
}

/// Everything that a log's stream holds.
pub fn log_subjects(log: LogId) -> String {
    format!("ev.{log}.>")
}

/// `ev.<log>.<tenant>.<aggregate type>.<aggregate id>.<event>`
pub fn subject(event: &RecordedEvent) -> String {
    format!(
        "ev.{}.{}.{}.{}.{}",
        event.log,
        event.tenant_slug(),
        event.aggregate_type,
        event.local_id(),
        event.event_name()
    )
}
