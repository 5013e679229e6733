//! Which alerts a list shows, in which order.

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::{AlertStatus, Severity};

/// Which alerts, in which order. What is `None` doesn't narrow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub status: Option<AlertStatus>,
    pub severity: Option<Severity>,
    pub source: Option<SourceFilter>,
    /// Id of a building.
    pub building: Option<String>,
    /// Id of a grid node.
    pub node: Option<String>,
    pub assignee: Option<String>,
    /// Anywhere in title, message or alert type, whatever the case.
    pub text: Option<String>,
    /// Changed at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
    pub sort: Sort,
    /// At most 500.
    pub limit: u32,
    pub offset: u64,
}

/// A source, or all of its kind: `rule/overheat` or `rule`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFilter {
    pub kind: String,
    pub id: Option<String>,
}

impl SourceFilter {
    /// Everything after the first slash is the id.
    pub fn parse(text: &str) -> Self {
        match text.split_once('/') {
            Some((kind, id)) => Self {
                kind: kind.to_owned(),
                id: Some(id.to_owned()),
            },
            None => Self {
                kind: text.to_owned(),
                id: None,
            },
        }
    }
}

/// The order of a list; the id decides between equals, so pages are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub field: SortField,
    pub descending: bool,
}

/// The newest first.
impl Default for Sort {
    fn default() -> Self {
        Self {
            field: SortField::CreatedAt,
            descending: true,
        }
    }
}

/// What alerts can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortField {
    Id,
    Title,
    AlertType,
    /// Ascending from info to critical.
    Severity,
    Status,
    Count,
    FirstOccurredAt,
    LastOccurredAt,
    CreatedAt,
    UpdatedAt,
}

impl SortField {
    /// By the name of the resource's field.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "title" => Self::Title,
            "alertType" => Self::AlertType,
            "type" | "severity" => Self::Severity,
            "status" => Self::Status,
            "count" => Self::Count,
            "firstOccurredAt" => Self::FirstOccurredAt,
            "lastOccurredAt" => Self::LastOccurredAt,
            "createdAt" => Self::CreatedAt,
            "updatedAt" => Self::UpdatedAt,
            _ => return None,
        })
    }

    fn expression(self) -> &'static str {
        match self {
            Self::Id => "a.id",
            Self::Title => "lower(a.title)",
            Self::AlertType => "a.alert_type",
            Self::Severity => "-a.priority",
            Self::Status => "a.status",
            Self::Count => "a.raised",
            Self::FirstOccurredAt => "a.first_occurred_at",
            Self::LastOccurredAt => "a.last_occurred_at",
            Self::CreatedAt => "a.created_at",
            Self::UpdatedAt => "a.updated_at",
        }
    }
}

impl Sort {
    pub(super) fn sql(self) -> String {
        let direction = if self.descending { "desc" } else { "asc" };
        format!("{} {direction}, a.id {direction}", self.field.expression())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_kind_or_one_of_it() {
        assert_eq!(
            SourceFilter::parse("rule"),
            SourceFilter {
                kind: "rule".into(),
                id: None
            }
        );
        let one = SourceFilter {
            kind: "rule".into(),
            id: Some("a/b".into()),
        };
        assert_eq!(SourceFilter::parse("rule/a/b"), one);
    }
}
