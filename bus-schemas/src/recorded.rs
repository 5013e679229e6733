//! An event as the log holds it.

use std::borrow::Cow;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{Epoch, LogId, Metadata, Position};

/// A name from a closed list, borrowed where this build knows it, owned where it doesn't (yet).
pub type Name = Cow<'static, str>;

/// One event of a log. Immutable; shared behind an `Arc` between whoever reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedEvent {
    pub log: LogId,
    /// 1, 2, 3… without a gap, in commit order; also the sequence of its message in the stream.
    pub position: u64,
    pub event_id: Uuid,
    pub tenant_id: Uuid,
    /// `building`, `alert`…
    pub aggregate_type: Name,
    /// Qualified by the organization: `acme/rathaus`.
    pub aggregate_id: Box<str>,
    /// The aggregate's version once this event happened: 1, 2, 3…
    pub sequence: u64,
    /// `building.registered`
    pub event_type: Name,
    /// `1.0`
    pub event_version: Name,
    /// JSON text of the event's fields, camelCase, without a tag.
    pub payload: Bytes,
    /// JSON text of [`Metadata`].
    pub metadata: Box<str>,
    /// Postgres's clock, read under the log's lock.
    pub recorded_at: DateTime<Utc>,
}

impl RecordedEvent {
    /// The organization's slug: `acme` of `acme/rathaus`.
    pub fn tenant_slug(&self) -> &str {
        self.aggregate_id
            .split_once('/')
            .map_or("", |(tenant, _)| tenant)
    }

    /// The id within the organization: `rathaus` of `acme/rathaus`.
    pub fn local_id(&self) -> &str {
        self.aggregate_id
            .split_once('/')
            .map_or(&*self.aggregate_id, |(_, id)| id)
    }

    /// The event's own name, last token of its subject: `registered` of `building.registered`.
    pub fn event_name(&self) -> &str {
        self.event_type
            .rsplit_once('.')
            .map_or(&*self.event_type, |(_, name)| name)
    }

    /// The payload as text; empty where it isn't UTF-8 (which Postgres's `json` rules out).
    pub fn payload_str(&self) -> &str {
        std::str::from_utf8(&self.payload).unwrap_or("")
    }

    /// The token clients keep.
    pub fn token(&self, epoch: Epoch) -> Position {
        Position {
            log: self.log,
            epoch,
            n: self.position,
        }
    }

    /// Who caused it and within which trace.
    ///
    /// # Errors
    /// When the stored metadata is not of this shape.
    pub fn parsed_metadata(&self) -> Result<Metadata, serde_json::Error> {
        serde_json::from_str(&self.metadata)
    }

    /// Roughly what it costs to hold, for queues bounded in bytes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.aggregate_id.len() + self.payload.len() + self.metadata.len()
    }
}
