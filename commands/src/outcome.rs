//! What a command led to.

use chrono::{DateTime, Utc};
use flowgrid_bus::Position;

use crate::Loaded;

/// Whether something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Events were written.
    Executed,
    /// There was nothing to do.
    AlreadyApplied,
    /// The same command under the same key had been executed: this is its outcome again.
    Repeated,
}

/// The aggregate as the command left it.
#[derive(Clone, Debug)]
pub struct Outcome<A> {
    pub kind: OutcomeKind,
    /// Local id; another than asked for when a claim was followed.
    pub id: String,
    pub state: A,
    /// The aggregate's version.
    pub revision: u64,
    /// Where its newest event stands.
    pub position: Position,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// HTTP status: the request's, or that of the first answer.
    pub status: u16,
}

impl<A> Outcome<A> {
    pub(crate) fn of(kind: OutcomeKind, id: String, status: u16, loaded: Loaded<A>) -> Self {
        Self {
            kind,
            id,
            state: loaded.state,
            revision: loaded.revision,
            position: loaded.position,
            created_at: loaded.created_at,
            updated_at: loaded.updated_at,
            status,
        }
    }
}
