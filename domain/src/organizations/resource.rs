//! An organization as the API shows it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Organization;
use crate::values::Plan;

/// Where an organization is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OrganizationStatus {
    Open,
    /// It is to be closed, and can still be kept.
    Closing,
    /// Only in the answer to the closing itself: no query shows it again.
    Closed,
}

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OrganizationResource {
    pub id: String,
    /// Never changes.
    pub slug: String,
    pub name: String,
    pub plan: Plan,
    pub status: OrganizationStatus,
    /// From when on it may be closed for good; null while it stays open.
    pub closes_at: Option<DateTime<Utc>>,
    /// Texts by name, for frontends.
    pub settings: BTreeMap<String, String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Organization {
    /// The organization as the API shows it; `None` while it isn't founded. `id` is the one that
    /// follows from the slug. Times are those of its first and last event in the log.
    pub fn resource(
        &self,
        (id, slug): (&str, &str),
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<OrganizationResource> {
        let (status, closes_at) = match self {
            Self::Unfounded => return None,
            Self::Open(_) => (OrganizationStatus::Open, None),
            Self::Closing(_, until) => (OrganizationStatus::Closing, Some(*until)),
            Self::Closed(_) => (OrganizationStatus::Closed, None),
        };
        let facts = self.facts()?.clone();
        Some(OrganizationResource {
            id: id.to_owned(),
            slug: slug.to_owned(),
            name: facts.name,
            plan: facts.plan,
            status,
            closes_at,
            settings: facts.settings,
            created_at,
            updated_at,
            revision,
        })
    }
}
