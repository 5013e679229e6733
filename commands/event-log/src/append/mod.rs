//! Appending: what one command asks for, what becomes of it, and the group commit between.

mod appender;
mod batch;
mod call;
mod failure;
mod guard;

pub use appender::{Appender, AppenderOptions, AppenderStats};
pub use guard::{GateState, Refusal};

use chrono::{DateTime, Utc};
use flowgrid_bus::{LogId, Name, Tenant};
use uuid::Uuid;

/// One command's events, with what must be true at the same instant.
#[derive(Clone, Debug)]
pub struct Append {
    pub tenant: Tenant,
    pub aggregate_type: &'static str,
    /// Qualified: `acme/rathaus`. Telemetry's events may name another each.
    pub aggregate_id: String,
    pub expected: Expected,
    /// At least one.
    pub events: Vec<NewEvent>,
    /// JSON text shared by the events.
    pub metadata: String,
    pub claims: Vec<Claim>,
    pub receipt: Option<Receipt>,
}

/// Which version of its aggregate an append was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This one; 0 for an aggregate that isn't there yet.
    Version(u64),
    /// None: telemetry, on logs of that kind. It claims nothing, and an event's sequence is its
    /// position.
    Any,
}

/// An event before it has a position.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub id: Uuid,
    /// Qualified id of the aggregate, where it is another than the append's: of telemetry alone.
    pub of: Option<String>,
    pub event_type: Name,
    pub event_version: Name,
    /// JSON text.
    pub payload: String,
}

/// A unique name taken or released together with the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub take: bool,
    pub scope: &'static str,
    pub key: String,
    /// Local id of the aggregate that holds it.
    pub owner: String,
}

/// Under which key a repeat of the command gets the first answer again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub key: String,
    pub fingerprint: String,
    /// HTTP status of the first answer.
    pub status: u16,
}

/// A receipt found: the first answer is the aggregate folded up to `sequence`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReceipt {
    pub fingerprint: String,
    pub status: u16,
    /// Qualified id of the aggregate.
    pub id: String,
    pub sequence: u64,
    pub position: u64,
}

/// What became of an append that Postgres answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// On disk. `last` is the position of the append's last event.
    Written {
        last: u64,
        version: u64,
        recorded_at: DateTime<Utc>,
    },
    /// Somebody else moved the aggregate on; nothing was written.
    Stale { version: u64 },
    /// A claim is held by another aggregate; nothing was written.
    ClaimTaken { scope: String, owner: String },
    /// The key was used within 24 hours; nothing was written.
    Repeated(StoredReceipt),
}

/// An append without an answer from Postgres.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// The queue is full. Nothing was written.
    #[error("too many commands are waiting")]
    Overloaded,
    /// Postgres can't be reached. Nothing was written.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The connection broke while the batch was on its way: it may have been written.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// Log and stream disagree: nothing is accepted until `flowgrid log heal`.
    #[error("log {log} refuses commands: {refusal}")]
    Refused { log: LogId, refusal: Refusal },
    /// Postgres refused this append by itself. Nothing was written.
    #[error("the database refused the append: {0}")]
    Rejected(String),
}
