//! What can happen to a notification.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::events::events;

events! {
    /// Everything that can happen to a notification.
    pub enum NotificationEvent {
        "notification.sent" "1.0" => Sent;
        "notification.read" "1.0" => Read;
    }
}

/// There is something to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Sent {
    pub user_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub message: Option<String>,
    pub data: Option<Map<String, Value>>,
}

/// The person knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Read {
    /// Whose it is: routed by it, without the notification's state.
    pub user_id: String,
    pub at: DateTime<Utc>,
}
