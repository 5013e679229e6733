//! Who is asked to join an organization. The address is sealed.

use flowgrid_domain::invitations::{Invitation, InvitationEvent};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields};

/// The read model itself.
pub(crate) type Invitations = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Invitations;
    const TABLE: &'static str = "invitations";
    const TABLE_SQL: &'static str = document_table!("invitations");
    const INDEXES_SQL: &'static str = "";
    type Aggregate = Invitation;

    fn effect(event: &InvitationEvent) -> Effect {
        match event {
            // Sent once more, it is open anew.
            InvitationEvent::Sent(sent) => Effect::Put {
                owner: None,
                fields: fields(json!({
                    "status": "open",
                    "email": sent.email,
                    "role": sent.role,
                    "frontends": sent.frontends,
                    "invitedBy": sent.by,
                    "expiresAt": sent.expires_at,
                    "acceptedBy": null,
                    "acceptedAt": null,
                })),
            },
            InvitationEvent::Accepted(accepted) => Effect::Set(fields(json!({
                "status": "accepted",
                "acceptedBy": accepted.person_id,
                "acceptedAt": accepted.at,
            }))),
            InvitationEvent::Revoked(_) => Effect::Set(fields(json!({"status": "revoked"}))),
        }
    }

    fn document(state: &Invitation) -> Option<(Option<String>, Map<String, Value>)> {
        let facts = state.facts()?;
        let (status, acceptance) = match state {
            Invitation::NotSent => return None,
            Invitation::Open(_) => ("open", None),
            Invitation::Accepted(_, acceptance) => ("accepted", Some(acceptance)),
            Invitation::Revoked(_) => ("revoked", None),
        };
        let body = json!({
            "status": status, "email": facts.email, "role": facts.role, "frontends": facts.frontends,
            "invitedBy": facts.by, "expiresAt": facts.expires_at,
            "acceptedBy": acceptance.map(|by| &by.person_id),
            "acceptedAt": acceptance.map(|by| by.at),
        });
        Some((None, fields(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    fn sent(role: &str) -> (&'static str, Value) {
        let sent = json!({
            "email": "v1.e", "emailIndex": "0f", "role": role, "frontends": [], "by": "anna",
            "expiresAt": "2026-05-08T10:00:00Z",
        });
        ("invitation.sent", sent)
    }

    #[test]
    fn sent_once_more_it_is_open_anew() {
        let accepted = json!({"personId": "ben", "at": "2026-05-02T10:00:00Z"});
        let (_, row) = assert_agreement::<Model>(&[
            sent("viewer"),
            sent("user"),
            ("invitation.accepted", accepted),
        ]);
        assert_eq!(
            (&row["role"], &row["acceptedBy"]),
            (&json!("user"), &json!("ben"))
        );
        assert_agreement::<Model>(&[sent("viewer"), ("invitation.revoked", json!({}))]);
    }
}
