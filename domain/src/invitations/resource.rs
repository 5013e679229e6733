//! An invitation as the API shows it, but for the address: whoever may see that adds it, opened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Invitation;
use crate::values::Role;

/// Where an invitation is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InvitationStatus {
    Open,
    /// Too old to be accepted; it can be sent once more.
    Expired,
    Accepted,
    Revoked,
}

/// An invitation to join an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InvitationResource {
    pub id: String,
    pub role: Role,
    /// To which the member will be limited; empty means any.
    pub frontends: Vec<String>,
    pub status: InvitationStatus,
    /// Id of the person who invites.
    pub invited_by: String,
    pub expires_at: DateTime<Utc>,
    /// Id of the person who has joined by it.
    pub accepted_by: Option<String>,
    pub accepted_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Invitation {
    /// Where it is in its life at a time; `None` while it isn't sent.
    pub fn status(&self, now: DateTime<Utc>) -> Option<InvitationStatus> {
        match self {
            Self::NotSent => None,
            Self::Open(facts) if facts.is_expired(now) => Some(InvitationStatus::Expired),
            Self::Open(_) => Some(InvitationStatus::Open),
            Self::Accepted(..) => Some(InvitationStatus::Accepted),
            Self::Revoked(_) => Some(InvitationStatus::Revoked),
        }
    }

    /// The invitation as the API shows it at the time `now`; `None` while it isn't sent. The other
    /// times are those of its first and last event in the log.
    pub fn resource(
        &self,
        id: &str,
        now: DateTime<Utc>,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<InvitationResource> {
        let (status, facts) = (self.status(now)?, self.facts()?.clone());
        let acceptance = match self {
            Self::Accepted(_, acceptance) => Some(acceptance),
            Self::NotSent | Self::Open(_) | Self::Revoked(_) => None,
        };
        Some(InvitationResource {
            id: id.to_owned(),
            role: facts.role,
            frontends: facts.frontends,
            status,
            invited_by: facts.by,
            expires_at: facts.expires_at,
            accepted_by: acceptance.map(|by| by.person_id.clone()),
            accepted_at: acceptance.map(|by| by.at),
            created_at,
            updated_at,
            revision,
        })
    }
}
