//! What an event and an aggregate are to everything around them.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{LogKind, Rejection};

/// All that can happen to one type of aggregate: an enum with a struct for each event, written by
/// the `events!` table. Serde sees it tagged by the event's type; [`Event::payload`] has no tag.
pub trait Event:
    Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Type and current version of every event, in the order of the table.
    const KNOWN: &'static [(&'static str, &'static str)];

    /// `building.registered`
    fn event_type(&self) -> &'static str;

    /// `1.0`: the version in which this build writes it.
    fn event_version(&self) -> &'static str;

    /// The event's fields as JSON, camelCase, without a tag.
    ///
    /// # Errors
    /// Only when a value has no JSON form, which the types rule out.
    fn payload(&self) -> Result<String, serde_json::Error>;

    /// Reads what [`Event::payload`] wrote, also in versions that are no longer written.
    ///
    /// # Errors
    /// See [`DecodeError`].
    fn decode(event_type: &str, event_version: &str, payload: &str) -> Result<Self, DecodeError>;

    /// The schema of every event's payload, in the order of the table.
    #[cfg(feature = "openapi")]
    fn schemas() -> Vec<crate::EventSchema>;
}

/// Why a stored event can't be read. Each of them stops the reader: skipping would be a lie.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// This build knows no such event: it is older than whoever wrote it.
    #[error("unknown event type {0:?}")]
    UnknownType(String),
    /// The type is known, this version of it isn't.
    #[error("unknown version {version:?} of event type {event_type:?}")]
    UnknownVersion { event_type: String, version: String },
    /// The fields don't fit the type.
    #[error("payload of {event_type} is not readable: {source}")]
    Payload {
        event_type: String,
        source: serde_json::Error,
    },
}

/// An aggregate: its states, and the two functions between commands and events.
pub trait Decider: Default + Clone + Debug + PartialEq + Serialize + Send + Sync + 'static {
    /// `building`
    const TYPE: &'static str;
    /// The kind of log on which its organization keeps it.
    const LOG: LogKind;
    type Command;
    type Event: Event;

    /// The events that the command causes in this state. None at all means that there is nothing
    /// to do, which is an outcome and no error.
    ///
    /// # Errors
    /// When the command may not happen in this state.
    fn decide(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Rejection>;

    /// Folds one event into the state. Never fails: what is in the log has happened.
    fn evolve(&mut self, event: &Self::Event);

    /// The claims that follow from `event`, given the state before it. Their owner is the
    /// aggregate itself; whoever appends adds its id.
    fn claims(&self, event: &Self::Event) -> Vec<ClaimChange> {
        let _ = event;
        Vec::new()
    }
}

/// A name that at most one aggregate of an organization may hold at a time, taken or released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimChange {
    /// Taken, else released.
    pub take: bool,
    /// What kind of name it is: `open-alert`.
    pub scope: &'static str,
    /// The name within its scope and organization.
    pub key: String,
}

impl ClaimChange {
    pub fn take(scope: &'static str, key: String) -> Self {
        Self {
            take: true,
            scope,
            key,
        }
    }

    pub fn release(scope: &'static str, key: String) -> Self {
        Self {
            take: false,
            scope,
            key,
        }
    }
}
