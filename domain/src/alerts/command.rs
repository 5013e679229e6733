//! What callers may ask of an alert. Every command carries its time and its person.

use chrono::{DateTime, Utc};

use super::Severity;
use crate::Patch;
use crate::values::{BuildingId, Line, NodeId, Text, Token};

/// One line of at most 200 characters.
pub type Title = Line<200>;
/// At most 4,000 characters.
pub type Message = Text<4000>;
/// At most 4,000 characters.
pub type CommentText = Text<4000>;
/// At most 2,000 characters.
pub type Note = Text<2000>;
/// Opaque id of a person, key or worker.
pub type PersonId = Line<128>;
/// Id of a source, as its own system spells it.
pub type SourceId = Line<200>;

/// An alert holds no more comments than this: it is loaded as a whole.
pub const MAX_COMMENTS: usize = 500;

/// What an alert comes from: a rule, a sensor, a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SourceRef {
    pub kind: Token,
    pub id: String,
}

/// One command to one alert.
#[derive(Clone, Debug, PartialEq)]
pub enum AlertCommand {
    /// Raises it, or counts it up when it is open already.
    Raise(Raise),
    /// Other words or another severity.
    Change(AlertChange),
    /// Somebody has seen it.
    Acknowledge {
        by: PersonId,
        at: DateTime<Utc>,
        note: Option<Note>,
    },
    /// Somebody is to see to it; nobody, when `assignee` is `None`.
    Assign {
        assignee: Option<PersonId>,
        by: PersonId,
        at: DateTime<Utc>,
    },
    Comment {
        comment_id: String,
        by: PersonId,
        text: CommentText,
        at: DateTime<Utc>,
    },
    /// Keeps it quiet until then.
    Snooze {
        until: DateTime<Utc>,
        by: PersonId,
        at: DateTime<Utc>,
    },
    /// What it was about is over.
    Resolve {
        by: PersonId,
        at: DateTime<Utc>,
        note: Option<Note>,
    },
    /// It should never have been raised: it is gone from every list; its history stays.
    Withdraw { by: PersonId, at: DateTime<Utc> },
}

/// Something is wrong somewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Raise {
    pub source: SourceRef,
    /// What is wrong, from an open list: `overload`.
    pub alert_type: Token,
    pub severity: Severity,
    pub title: Title,
    pub message: Option<Message>,
    pub building_id: Option<BuildingId>,
    pub node_id: Option<NodeId>,
    /// When it was noticed.
    pub at: DateTime<Utc>,
}

/// What becomes different about an open alert; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlertChange {
    pub severity: Option<Severity>,
    pub title: Option<Title>,
    pub message: Patch<Message>,
}

impl SourceRef {
    pub fn new(kind: Token, id: SourceId) -> Self {
        Self {
            kind,
            id: id.into(),
        }
    }
}
