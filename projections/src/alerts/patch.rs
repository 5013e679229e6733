//! What a batch of events sets in one alert's row.

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::{AlertStatus, CommentResource, Severity};

use crate::staged::{Patch, over};

/// A column is `None` where it stays; a nullable one is `Some(None)` where it is cleared.
#[derive(Debug, Default)]
pub(crate) struct AlertPatch {
    /// What never changes; only a new row has it.
    pub origin: Option<Origin>,
    pub severity: Option<Severity>,
    pub status: Option<AlertStatus>,
    pub building_id: Option<Option<String>>,
    pub node_id: Option<Option<String>>,
    pub title: Option<String>,
    pub message: Option<Option<String>>,
    pub raised: Option<i64>,
    /// The later one wins: sources have clocks of their own.
    pub last_occurred_at: Option<DateTime<Utc>>,
    pub acknowledgement: Option<Mark>,
    pub resolution: Option<Mark>,
    pub assignee: Option<Option<String>>,
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Those to append.
    pub comments: Vec<CommentResource>,
    pub updated_at: DateTime<Utc>,
    pub revision: i64,
    pub position: i64,
}

#[derive(Debug)]
pub(crate) struct Origin {
    pub alert_type: String,
    pub source_kind: String,
    pub source_id: String,
    pub first_occurred_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
}

/// Who, when, and what they noted.
#[derive(Debug)]
pub(crate) struct Mark {
    pub by: String,
    pub at: DateTime<Utc>,
    pub note: Option<String>,
}

impl Patch for AlertPatch {
    fn merge(&mut self, newer: Self) {
        over(&mut self.origin, newer.origin);
        over(&mut self.severity, newer.severity);
        over(&mut self.status, newer.status);
        over(&mut self.building_id, newer.building_id);
        over(&mut self.node_id, newer.node_id);
        over(&mut self.title, newer.title);
        over(&mut self.message, newer.message);
        over(&mut self.raised, newer.raised);
        self.last_occurred_at = self.last_occurred_at.max(newer.last_occurred_at);
        over(&mut self.acknowledgement, newer.acknowledgement);
        over(&mut self.resolution, newer.resolution);
        over(&mut self.assignee, newer.assignee);
        over(&mut self.snoozed_until, newer.snoozed_until);
        self.comments.extend(newer.comments);
        self.updated_at = newer.updated_at;
        self.revision = newer.revision;
        self.position = newer.position;
    }
}

/// A status from its column. A withdrawn alert has no row.
pub(crate) fn status_of(text: &str) -> Option<AlertStatus> {
    [
        AlertStatus::Open,
        AlertStatus::Acknowledged,
        AlertStatus::Resolved,
    ]
    .into_iter()
    .find(|status| status.as_str() == text)
}
