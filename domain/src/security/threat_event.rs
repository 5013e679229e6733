//! What can happen to a threat.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::alerts::Severity;
use crate::events::events;

events! {
    /// Everything that can happen to a threat.
    pub enum ThreatEvent {
        "threat.detected" "1.0" => Detected;
        "threat.seen-again" "1.0" => SeenAgain;
        "threat.dismissed" "1.0" => Dismissed;
    }
}

/// What a threat is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ThreatKind {
    /// Many wrong passwords for one account.
    BruteForceAccount,
    /// Many wrong passwords from one address.
    BruteForceAddress,
    /// Few wrong passwords each for many accounts (password spraying).
    BruteForceSpread,
    /// An old refresh token came back: somebody else holds it as well.
    TokenReuse,
    /// One member tries what its role may not, again and again.
    PrivilegeProbing,
    /// Signed in from where this person never was.
    UnusualAddress,
}

/// The records of one kind about one subject have become too many, or one of them too grave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Detected {
    pub threat_type: ThreatKind,
    /// An opaque id: of a person, a session, or a keyed hash of an address.
    pub subject: String,
    pub severity: Severity,
    pub description: String,
    /// Ids of security records, the oldest first.
    pub evidence: Vec<String>,
    pub occurred_at: DateTime<Utc>,
    /// How often it was seen.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: u64,
}

/// It goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SeenAgain {
    pub severity: Severity,
    /// Ids of all its security records by now, the oldest first; the middle of many is left out.
    pub evidence: Vec<String>,
    pub occurred_at: DateTime<Utc>,
    /// How often it was seen in all.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: u64,
}

fn once() -> u64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_once(count: &u64) -> bool {
    *count == 1
}

/// Somebody has dealt with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Dismissed {
    /// Id of the person.
    pub by: String,
    pub at: DateTime<Utc>,
}
