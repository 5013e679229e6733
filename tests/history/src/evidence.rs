//! Everything the checker looks at, as plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use flowgrid_bus::{Epoch, LogId};
use flowgrid_log::LogKind;
use uuid::Uuid;

use crate::Recorded;

/// 128 bits of a SHA-256: equal hashes mean equal things.
pub type Hash = u128;

/// What was recorded, and what log, stream and read models hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub recorded: Recorded,
    /// By number.
    pub logs: Vec<LogEvidence>,
    pub models: Vec<ModelEvidence>,
}

/// One log with its stream and what is kept beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEvidence {
    pub log: LogId,
    pub kind: LogKind,
    pub epoch: Epoch,
    /// Its newest position, as an append would find it.
    pub head: u64,
    /// In the order of their positions.
    pub events: Vec<LogEvent>,
    /// `None` when there is no stream.
    pub stream: Option<StreamEvidence>,
    /// Optimistic locks as they stand, and as the events have it.
    pub locks: Kept<AggregateName, Lock>,
    /// Owners of claims.
    pub claims: Kept<ClaimName, Box<str>>,
    /// Receipts of the last 24 hours.
    pub receipts: Kept<ReceiptName, Receipt>,
}

/// What is kept beside a log, and what the log's events imply of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept<K: Ord, V> {
    pub stored: BTreeMap<K, V>,
    pub implied: BTreeMap<K, V>,
}

impl<K: Ord, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self {
            stored: BTreeMap::new(),
            implied: BTreeMap::new(),
        }
    }
}

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEvent {
    pub position: u64,
    pub event_id: Uuid,
    /// Slug of the organization.
    pub org: Arc<str>,
    pub aggregate_type: Arc<str>,
    /// Local id.
    pub aggregate_id: Arc<str>,
    pub sequence: u64,
    pub event_type: Arc<str>,
    /// The request id of its command; empty where it has none.
    pub mark: Box<str>,
    /// The idempotency key of its command.
    pub key: Option<Box<str>>,
    /// The building it is about, where an alert names one.
    pub building: Option<Arc<str>>,
    /// An alert's event of severity critical.
    pub critical: bool,
    /// Hash of its payload's text, as a subscriber takes it.
    pub payload: u64,
    /// Of all its fields.
    pub hash: Hash,
}

/// The stream that mirrors a log.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamEvidence {
    /// The log's epoch, as the stream tells it.
    pub epoch: String,
    /// First and last sequence, as its state says.
    pub first: u64,
    pub last: u64,
    /// In the order in which the server delivered them.
    pub messages: Vec<StreamMessage>,
}

/// One message: which event it carries, and the hash as of [`LogEvent::hash`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamMessage {
    pub sequence: u64,
    pub event_id: Uuid,
    pub hash: Hash,
}

/// An aggregate within a log: type and qualified id.
pub type AggregateName = (Arc<str>, Arc<str>);

/// The row that holds an aggregate's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    pub version: u64,
    pub first_position: u64,
    pub last_position: u64,
}

/// A claim within a log: organization, scope, key.
pub type ClaimName = (Uuid, Box<str>, Box<str>);

/// A receipt within a log: organization, key with its actor, position of the command's last event.
pub type ReceiptName = (Uuid, Box<str>, u64);

/// What a receipt says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub fingerprint: Box<str>,
    pub status: u16,
    pub aggregate: AggregateName,
    pub sequence: u64,
    /// Older than 24 hours, or nearly: it may be gone.
    pub may_be_gone: bool,
}

/// One read model: its rows as they stood, as the log has them, and twice rebuilt.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelEvidence {
    pub name: Box<str>,
    pub live: Rows,
    /// Folded by the domain alone, up to the live checkpoints.
    pub folded: BTreeMap<RowName, Hash>,
    pub rebuilds: Vec<Rebuild>,
}

/// A generation made anew from history.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuild {
    pub generation: i32,
    /// `live` when it went well.
    pub state: Box<str>,
    pub rows: Rows,
}

/// A row of a read model: organization and local id.
pub type RowName = (Uuid, Box<str>);

/// The rows of a generation and the checkpoints they stand at, of one snapshot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub positions: BTreeMap<LogId, u64>,
    pub rows: BTreeMap<RowName, Hash>,
}
