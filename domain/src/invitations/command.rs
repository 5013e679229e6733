//! What callers may ask of an invitation. Personal data comes sealed.

use chrono::{DateTime, Utc};

use crate::values::{EmailIndex, Frontends, PersonId, Role, Sealed};

/// One command to one invitation.
#[derive(Clone, Debug, PartialEq)]
pub enum InvitationCommand {
    /// Sends it; once more, when it has become too old.
    Send(Send),
    Accept {
        person: PersonId,
        at: DateTime<Utc>,
    },
    /// It is good for nothing any more.
    Revoke,
}

/// Somebody is asked to join.
#[derive(Clone, Debug, PartialEq)]
pub struct Send {
    pub email: Sealed,
    pub email_index: EmailIndex,
    pub role: Role,
    pub frontends: Frontends,
    pub by: PersonId,
    pub expires_at: DateTime<Utc>,
    pub at: DateTime<Utc>,
}
