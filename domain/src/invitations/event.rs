//! What can happen to an invitation. Personal data is sealed for the invitation itself.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::events::events;
use crate::values::{Role, Sealed};

events! {
    /// Everything that can happen to an invitation.
    pub enum InvitationEvent {
        "invitation.sent" "1.0" => Sent;
        "invitation.accepted" "1.0" => Accepted;
        "invitation.revoked" "1.0" => Revoked;
    }
}

/// It is open until it expires; sent once more, it is open anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub email: Sealed,
    /// Keyed hash of the address: hexadecimal.
    pub email_index: String,
    pub role: Role,
    /// To which the member will be limited; empty means any.
    pub frontends: Vec<String>,
    /// Id of the person who invites.
    pub by: String,
    pub expires_at: DateTime<Utc>,
}

/// Somebody has joined by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    pub person_id: String,
    pub at: DateTime<Utc>,
}

/// It is good for nothing any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Revoked {}
