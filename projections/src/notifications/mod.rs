//! What the people of an organization should know, each for one of them.

use flowgrid_domain::notifications::{Notice, Notification, NotificationEvent};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields, owner_index};

/// The read model itself: a notification belongs to whom it is for.
pub(crate) type Notifications = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Notifications;
    const TABLE: &'static str = "notifications";
    const TABLE_SQL: &'static str = document_table!("notifications");
    const INDEXES_SQL: &'static str = owner_index!("notifications");
    type Aggregate = Notification;

    fn effect(event: &NotificationEvent) -> Effect {
        match event {
            NotificationEvent::Sent(sent) => Effect::Begin {
                owner: Some(sent.user_id.clone()),
                fields: fields(json!({
                    "type": sent.kind,
                    "title": sent.title,
                    "message": sent.message,
                    "data": sent.data,
                    "read": false,
                    "readAt": null,
                })),
            },
            NotificationEvent::Read(read) => {
                Effect::Set(fields(json!({"read": true, "readAt": read.at})))
            }
        }
    }

    fn document(state: &Notification) -> Option<(Option<String>, Map<String, Value>)> {
        let (notice, read_at) = match state {
            Notification::Unsent => return None,
            Notification::Unread(notice) => (notice, None),
            Notification::Read(notice, at) => (notice, Some(at)),
        };
        let Notice {
            user_id,
            kind,
            title,
            message,
            data,
        } = notice;
        let body = json!({
            "type": kind, "title": title, "message": message, "data": data,
            "read": read_at.is_some(), "readAt": read_at,
        });
        Some((Some(user_id.clone()), fields(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_notification_is_its_readers() {
        let sent = json!({
            "userId": "anna", "type": "alert", "title": "Hot", "message": null, "data": {"id": "a"},
        });
        let (owner, row) = assert_agreement::<Model>(&[
            ("notification.sent", sent),
            (
                "notification.read",
                json!({"userId": "anna", "at": "2026-05-02T10:00:00Z"}),
            ),
        ]);
        assert_eq!(
            (owner.as_deref(), &row["read"]),
            (Some("anna"), &json!(true))
        );
    }
}
