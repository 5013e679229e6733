//! What can happen to an alert. Every event says the severity after it and the place, so that it
//! can be routed without the alert's state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Severity;
use crate::Patch;
use crate::events::events;

events! {
    /// Everything that can happen to an alert.
    pub enum AlertEvent {
        "alert.raised" "1.0" => Raised;
        "alert.raised-again" "1.0" => RaisedAgain;
        "alert.changed" "1.0" => Changed;
        "alert.acknowledged" "1.0" => Acknowledged;
        "alert.assigned" "1.0" => Assigned;
        "alert.commented" "1.0" => Commented;
        "alert.snoozed" "1.0" => Snoozed;
        "alert.resolved" "1.0" => Resolved;
        "alert.withdrawn" "1.0" => Withdrawn;
    }
}

/// How bad and where: in every event of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// As it is once the event has happened.
    pub severity: Severity,
    pub building_id: Option<String>,
    pub node_id: Option<String>,
}

/// What an alert comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// `rule`, `sensor`, `manual`, … from an open list.
    pub kind: String,
    pub id: String,
}

/// Something is wrong; from now on it is the one open alert of its source and type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Raised {
    #[serde(flatten)]
    pub place: Place,
    pub alert_type: String,
    pub source: Source,
    pub title: String,
    pub message: Option<String>,
    pub occurred_at: DateTime<Utc>,
}

/// The same was noticed once more. The latest raise has the last word on severity and texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RaisedAgain {
    #[serde(flatten)]
    pub place: Place,
    /// Present when it became another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false))]
    pub message: Patch<String>,
    pub occurred_at: DateTime<Utc>,
    /// How often it has been raised, this time included.
    pub count: u64,
}

/// Its texts or its severity became others; of the texts only those that changed are here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    #[serde(flatten)]
    pub place: Place,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false))]
    pub message: Patch<String>,
}

/// Somebody has seen it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Acknowledged {
    #[serde(flatten)]
    pub place: Place,
    pub by: String,
    pub at: DateTime<Utc>,
    pub note: Option<String>,
}

/// Somebody is to see to it; nobody any more, when `assignee` is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Assigned {
    #[serde(flatten)]
    pub place: Place,
    pub assignee: Option<String>,
    pub by: String,
    pub at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Commented {
    #[serde(flatten)]
    pub place: Place,
    pub comment_id: String,
    pub by: String,
    pub text: String,
    pub at: DateTime<Utc>,
}

/// It is to keep quiet until then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Snoozed {
    #[serde(flatten)]
    pub place: Place,
    pub until: DateTime<Utc>,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// What it was about is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    #[serde(flatten)]
    pub place: Place,
    pub by: String,
    pub at: DateTime<Utc>,
    pub note: Option<String>,
}

/// It should never have been raised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Withdrawn {
    #[serde(flatten)]
    pub place: Place,
    pub by: String,
    pub at: DateTime<Utc>,
}
