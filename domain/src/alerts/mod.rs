//! Alerts: raised by a source, counted up while open, and at last resolved or withdrawn.

mod command;
mod decide;
mod event;
mod read;
mod resource;
mod severity;
#[cfg(test)]
mod spec;
mod state;

pub use command::{
    AlertChange, AlertCommand, CommentText, MAX_COMMENTS, Message, Note, PersonId, Raise, SourceId,
    SourceRef, Title,
};
pub use event::{
    Acknowledged, AlertEvent, Assigned, Changed, Commented, Place, Raised, RaisedAgain, Resolved,
    Snoozed, Source, Withdrawn,
};
pub use read::{
    read_alert_change, read_assignee, read_comment, read_note, read_raise, read_snooze,
};
pub use resource::{AlertResource, AlertStatus, CommentResource};
pub use severity::Severity;
pub use state::{Alert, Comment, Facts, Mark};

/// The claim of the one open alert of a source and alert type: its key is
/// `<source kind>/<source id>/<alert type>`.
pub const OPEN_ALERT: &str = "open-alert";
