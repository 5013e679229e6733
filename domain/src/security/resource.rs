//! Security records and threats as the API shows them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Recorded, Threat, ThreatKind};
use crate::Shown;
use crate::alerts::Severity;

/// Something that happened and concerns security. What was sealed is null once it is erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SecurityEventResource {
    pub id: String,
    /// The person it is about; null where nobody is known.
    pub user_id: Option<String>,
    /// `login-failed`, … from an open list.
    pub event_type: String,
    pub details: Map<String, Value>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub timestamp: DateTime<Utc>,
    /// How often it happened within that minute.
    pub count: u32,
    /// Said by a member, not seen by the system.
    pub reported: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: u64,
}

/// What was sealed in a record, as far as it still opens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened {
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    /// What a member said.
    pub said: Option<Map<String, Value>>,
}

impl Recorded {
    /// The record as the API shows it; it was written at `created_at`, in one event.
    pub fn resource(
        self,
        id: &str,
        created_at: DateTime<Utc>,
        opened: Opened,
    ) -> SecurityEventResource {
        SecurityEventResource {
            id: id.to_owned(),
            user_id: self.user_id,
            event_type: self.event_type,
            details: opened.said.unwrap_or(self.details),
            ip_address: opened.ip_address,
            user_agent: opened.user_agent,
            timestamp: self.occurred_at,
            count: self.count,
            reported: self.reported,
            created_at,
            updated_at: created_at,
            revision: 1,
        }
    }
}

/// Where a threat is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ThreatStatus {
    Open,
    /// Somebody has dealt with it.
    Dismissed,
}

impl ThreatStatus {
    pub const ALL: [Self; 2] = [Self::Open, Self::Dismissed];

    /// `open`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Dismissed => "dismissed",
        }
    }
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThreatResource {
    pub id: String,
    pub threat_type: ThreatKind,
    pub severity: Severity,
    pub description: String,
    pub status: ThreatStatus,
    /// Whom or what it is about: id of a person or a session, or an opaque id of an address.
    pub subject: String,
    /// Ids of security events, the oldest first; at most 100, the middle of more is left out.
    pub evidence: Vec<String>,
    /// How often it was seen.
    pub count: u64,
    pub first_seen_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Shown for Threat {
    type Resource = ThreatResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<ThreatResource> {
        let (facts, status) = self.facts()?;
        let facts = facts.clone();
        Some(ThreatResource {
            id: id.to_owned(),
            threat_type: facts.kind,
            severity: facts.severity,
            description: facts.description,
            status,
            subject: facts.subject,
            evidence: facts.evidence,
            count: facts.count,
            first_seen_at: facts.first_seen_at,
            last_seen_at: facts.last_seen_at,
            created_at,
            updated_at,
            revision,
        })
    }
}
