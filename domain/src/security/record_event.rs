//! What a security record holds.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::events::events;
use crate::values::Sealed;

events! {
    /// The one thing that can happen to a security record.
    pub enum SecurityRecordEvent {
        "security.recorded" "1.0" => Recorded;
    }
}

/// Something happened that matters to an organization's safety.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// Id of the person it is about; null where nobody is known.
    pub user_id: Option<String>,
    /// `login-failed`, … from an open list.
    pub event_type: String,
    /// Neither secrets nor personal data.
    pub details: Map<String, Value>,
    /// The network address.
    pub ip_address: Option<Sealed>,
    pub user_agent: Option<Sealed>,
    pub occurred_at: DateTime<Utc>,
    /// How often it happened within a minute: what comes again and again is recorded once.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub count: u32,
    /// Said by a member, not seen by the system.
    #[serde(default, skip_serializing_if = "is_false")]
    pub reported: bool,
    /// What the member said, a JSON object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Sealed>,
    /// Of a login that failed: a keyed hash of the e-mail address it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// A keyed hash of the network address: the same address has the same one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A keyed hash of the network that the address lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_once(count: &u32) -> bool {
    *count == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(flag: &bool) -> bool {
    !flag
}
