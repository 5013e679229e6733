//! A notification as the API shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Notice, Notification};
use crate::Shown;

/// Something to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotificationResource {
    pub id: String,
    /// The person it is for.
    pub user_id: String,
    /// What it is about, from an open list, e.g. `alert`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub message: Option<String>,
    /// What a frontend needs to lead there.
    pub data: Option<Map<String, Value>>,
    pub read: bool,
    pub read_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Notification {
    /// Whether it was sent to this person.
    pub fn is_for(&self, person: &str) -> bool {
        match self {
            Self::Unsent => false,
            Self::Unread(notice) | Self::Read(notice, _) => notice.user_id == person,
        }
    }
}

impl Shown for Notification {
    type Resource = NotificationResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<NotificationResource> {
        let (notice, read_at) = match self {
            Self::Unsent => return None,
            Self::Unread(notice) => (notice, None),
            Self::Read(notice, at) => (notice, Some(*at)),
        };
        let Notice {
            user_id,
            kind,
            title,
            message,
            data,
        } = notice.clone();
        Some(NotificationResource {
            id: id.to_owned(),
            user_id,
            kind,
            title,
            message,
            data,
            read: read_at.is_some(),
            read_at,
            created_at,
            updated_at,
            revision,
        })
    }
}
