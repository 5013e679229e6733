//! The API keys of an organization, each of the person who answers for it. Never the keys themselves.

use flowgrid_domain::keys::{ApiKey, ApiKeyEvent};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields, owner_index};

/// The read model itself.
pub(crate) type Keys = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Keys;
    const TABLE: &'static str = "keys";
    const TABLE_SQL: &'static str = document_table!("keys");
    const INDEXES_SQL: &'static str = owner_index!("keys");
    type Aggregate = ApiKey;

    fn effect(event: &ApiKeyEvent) -> Effect {
        match event {
            ApiKeyEvent::Created(created) => Effect::Begin {
                owner: Some(created.person_id.clone()),
                fields: fields(json!({
                    "name": created.name,
                    "prefix": created.prefix,
                    "scopes": created.scopes,
                    "expiresAt": created.expires_at,
                    "status": "active",
                })),
            },
            ApiKeyEvent::Revoked(_) => Effect::Set(fields(json!({"status": "revoked"}))),
        }
    }

    fn document(state: &ApiKey) -> Option<(Option<String>, Map<String, Value>)> {
        let facts = state.facts()?;
        let status = match state {
            ApiKey::NotCreated => return None,
            ApiKey::Active(_) => "active",
            ApiKey::Revoked(_) => "revoked",
        };
        let body = json!({
            "name": facts.name, "prefix": facts.prefix, "scopes": facts.scopes,
            "expiresAt": facts.expires_at, "status": status,
        });
        Some((Some(facts.person_id.clone()), fields(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_revoked_key_is_still_shown_as_such() {
        let created = json!({
            "personId": "anna", "name": "exporter", "prefix": "fg_1", "scopes": ["read"],
        });
        let (owner, row) = assert_agreement::<Model>(&[
            ("api-key.created", created),
            ("api-key.revoked", json!({})),
        ]);
        assert_eq!(
            (owner.as_deref(), &row["status"]),
            (Some("anna"), &json!("revoked"))
        );
    }
}
