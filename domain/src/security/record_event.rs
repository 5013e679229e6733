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
}
