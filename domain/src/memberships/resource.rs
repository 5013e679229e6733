//! A membership as the API shows it, but for what is sealed: whoever may see that adds it, opened.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Membership;
use crate::Shown;
use crate::values::Role;

/// Where a membership is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MembershipStatus {
    Active,
    Deactivated,
    /// Only in the answer to the removal itself: no list and no query shows it again.
    Removed,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MembershipResource {
    /// The person's.
    pub id: String,
    pub role: Role,
    /// To which it is limited; empty means any.
    pub frontends: Vec<String>,
    pub status: MembershipStatus,
    pub is_active: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Shown for Membership {
    type Resource = MembershipResource;

    /// The membership as the API shows it; `None` while nobody has joined, and once erased. Times
    /// are those of its first and last event in the log.
    fn resource(
        &self,
        person: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<MembershipResource> {
        let status = match self {
            Self::NotJoined | Self::Erased(_) => return None,
            Self::Active(_) => MembershipStatus::Active,
            Self::Deactivated(_) => MembershipStatus::Deactivated,
            Self::Removed(_) => MembershipStatus::Removed,
        };
        let facts = self.facts()?;
        Some(MembershipResource {
            id: person.to_owned(),
            role: facts.role,
            frontends: facts.frontends.clone(),
            status,
            is_active: status == MembershipStatus::Active,
            created_at,
            updated_at,
            revision,
        })
    }
}
