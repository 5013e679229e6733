//! An alert as the API shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Alert, Comment, Facts, Severity, Source};
use crate::Shown;

/// Where an alert is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum AlertStatus {
    Open,
    Acknowledged,
    Resolved,
    /// Only in the answer to the withdrawal itself: no list and no query shows it again.
    Withdrawn,
}

impl AlertStatus {
    /// `acknowledged`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A comment on an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CommentResource {
    pub id: String,
    pub by: String,
    pub text: String,
    pub at: DateTime<Utc>,
}

/// An alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AlertResource {
    pub id: String,
    /// The severity, under the name that frontends know it by.
    #[serde(rename = "type")]
    pub kind: Severity,
    /// What is wrong, from an open list, e.g. `overload`.
    pub alert_type: String,
    pub severity: Severity,
    /// 1 (critical) to 5 (info), as the severity says.
    pub priority: u8,
    pub status: AlertStatus,
    pub source: Source,
    pub node_id: Option<String>,
    pub building_id: Option<String>,
    pub title: String,
    pub message: Option<String>,
    /// How often it has been raised.
    pub count: u64,
    pub first_occurred_at: DateTime<Utc>,
    pub last_occurred_at: DateTime<Utc>,
    /// Somebody has seen it; stays true once it is resolved.
    pub acknowledged: bool,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub acknowledge_note: Option<String>,
    pub resolved: bool,
    pub resolved_by: Option<String>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub resolution_note: Option<String>,
    pub assignee: Option<String>,
    pub snoozed_until: Option<DateTime<Utc>>,
    /// In the order in which they were written.
    pub comments: Vec<CommentResource>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Alert {
    /// Its phase, by the name that the API uses; `None` while it isn't raised.
    pub fn status(&self) -> Option<AlertStatus> {
        match self {
            Self::NotRaised => None,
            Self::Open(_) => Some(AlertStatus::Open),
            Self::Acknowledged(_) => Some(AlertStatus::Acknowledged),
            Self::Resolved(_) => Some(AlertStatus::Resolved),
            Self::Withdrawn(_) => Some(AlertStatus::Withdrawn),
        }
    }
}

impl Shown for Alert {
    type Resource = AlertResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<AlertResource> {
        let (status, facts) = (self.status()?, self.facts()?.clone());
        let Facts {
            source,
            alert_type,
            severity,
            building_id,
            node_id,
            title,
            message,
            count,
            first_occurred_at,
            last_occurred_at,
            acknowledgement,
            resolution,
            assignee,
            snoozed_until,
            comments,
        } = facts;
        Some(AlertResource {
            id: id.to_owned(),
            kind: severity,
            alert_type,
            severity,
            priority: severity.priority(),
            status,
            source,
            node_id,
            building_id,
            title,
            message,
            count,
            first_occurred_at,
            last_occurred_at,
            acknowledged: acknowledgement.is_some(),
            acknowledged_by: acknowledgement.as_ref().map(|mark| mark.by.clone()),
            acknowledged_at: acknowledgement.as_ref().map(|mark| mark.at),
            acknowledge_note: acknowledgement.and_then(|mark| mark.note),
            resolved: resolution.is_some(),
            resolved_by: resolution.as_ref().map(|mark| mark.by.clone()),
            resolved_at: resolution.as_ref().map(|mark| mark.at),
            resolution_note: resolution.and_then(|mark| mark.note),
            assignee,
            snoozed_until,
            comments: comments.into_iter().map(Into::into).collect(),
            created_at,
            updated_at,
            revision,
        })
    }
}

impl From<Comment> for CommentResource {
    fn from(comment: Comment) -> Self {
        let Comment { id, by, text, at } = comment;
        Self { id, by, text, at }
    }
}
