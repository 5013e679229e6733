//! An invitation's life: not sent, open, accepted or revoked. Whether an open one has become too
//! old is a matter of the time of asking.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{INVITATION, InvitationEvent, Revoked, Sent};
use crate::ClaimChange;
use crate::values::{Role, Sealed};

/// An invitation in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Invitation {
    #[default]
    NotSent,
    Open(Facts),
    Accepted(Facts, Acceptance),
    Revoked(Facts),
}

/// What is known about an invitation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    pub email: Sealed,
    pub email_index: String,
    pub role: Role,
    /// Empty means any.
    pub frontends: Vec<String>,
    pub by: String,
    pub expires_at: DateTime<Utc>,
}

/// Who has joined by it, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    pub person_id: String,
    pub at: DateTime<Utc>,
}

impl Invitation {
    /// What is known about it, in whatever phase.
    pub fn facts(&self) -> Option<&Facts> {
        match self {
            Self::NotSent => None,
            Self::Open(facts) | Self::Accepted(facts, _) | Self::Revoked(facts) => Some(facts),
        }
    }

    pub(super) fn fold(&mut self, event: &InvitationEvent) {
        match event {
            InvitationEvent::Sent(sent) => *self = Self::Open(sent.into()),
            InvitationEvent::Accepted(accepted) => {
                if let Self::Open(facts) = self {
                    let acceptance = Acceptance {
                        person_id: accepted.person_id.clone(),
                        at: accepted.at,
                    };
                    *self = Self::Accepted(facts.clone(), acceptance);
                }
            }
            InvitationEvent::Revoked(Revoked {}) => {
                if let Self::Open(facts) = self {
                    *self = Self::Revoked(facts.clone());
                }
            }
        }
    }

    /// The claim is taken by the first sending and held until it is accepted or revoked; a mere
    /// passing of time releases nothing.
    pub(super) fn claims_of(&self, event: &InvitationEvent) -> Vec<ClaimChange> {
        let held = match self {
            Self::Open(facts) => Some(&facts.email_index),
            Self::NotSent | Self::Accepted(..) | Self::Revoked(_) => None,
        };
        match event {
            InvitationEvent::Sent(sent) => match held {
                Some(_) => Vec::new(),
                None => vec![ClaimChange::take(INVITATION, sent.email_index.clone())],
            },
            InvitationEvent::Accepted(_) | InvitationEvent::Revoked(_) => {
                let release = |index: &String| ClaimChange::release(INVITATION, index.clone());
                held.map(release).into_iter().collect()
            }
        }
    }
}

impl Facts {
    /// Whether it is too old to be accepted.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at
    }
}

impl From<&Sent> for Facts {
    fn from(sent: &Sent) -> Self {
        let sent = sent.clone();
        Self {
            email: sent.email,
            email_index: sent.email_index,
            role: sent.role,
            frontends: sent.frontends,
            by: sent.by,
            expires_at: sent.expires_at,
        }
    }
}
