//! The services that people of an organization have connected, each its person's own. Never the
//! credentials themselves.

use flowgrid_domain::integrations::{Created, Details, Integration, IntegrationEvent, LastTest};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields, owner_index};

/// The read model itself. `present` tells what is there from what was deleted.
pub(crate) type Integrations = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Integrations;
    const TABLE: &'static str = "integrations";
    const TABLE_SQL: &'static str = document_table!("integrations");
    const INDEXES_SQL: &'static str = owner_index!("integrations");
    type Aggregate = Integration;

    fn effect(event: &IntegrationEvent) -> Effect {
        match event {
            IntegrationEvent::Created(created) => Effect::Begin {
                owner: Some(created.user_id.clone()),
                fields: begun(created),
            },
            // An event's fields are named as the document's are; what is absent stays.
            IntegrationEvent::Changed(changed) => {
                let mut set = serde_json::to_value(changed).map_or_else(|_| Map::new(), fields);
                if changed.is_another_call() {
                    set.insert("health".to_owned(), json!("unknown"));
                }
                Effect::Set(set)
            }
            IntegrationEvent::Tested(tested) => Effect::Set(fields(json!({
                "health": if tested.ok { "ok" } else { "failed" },
                "usageCount": tested.usage_count,
                "lastUsedAt": tested.at,
                "lastTest": LastTest::from(tested.clone()),
            }))),
            IntegrationEvent::Deleted(_) => {
                Effect::Set(fields(json!({"status": "deleted", "present": false})))
            }
        }
    }

    fn document(state: &Integration) -> Option<(Option<String>, Map<String, Value>)> {
        let details = state.details()?;
        let mut body = shown(details);
        if state.connected().is_none() {
            body.insert("status".to_owned(), json!("deleted"));
            body.insert("present".to_owned(), json!(false));
        }
        Some((Some(details.user_id.clone()), body))
    }
}

fn begun(created: &Created) -> Map<String, Value> {
    fields(json!({
        "service": created.service, "name": created.name, "status": "active", "health": "unknown",
        "usageCount": 0, "lastUsedAt": null, "lastTest": null, "baseUrl": created.base_url,
        "testPath": created.test_path, "testMethod": created.test_method, "scheme": created.scheme,
        "header": created.header, "settings": created.settings,
        "credentialNames": created.credential_names, "present": true,
    }))
}

fn shown(details: &Details) -> Map<String, Value> {
    let last_test = details.last_test.clone().map(LastTest::from);
    fields(json!({
        "service": details.service, "name": details.name, "status": details.status,
        "health": details.health, "usageCount": details.usage_count,
        "lastUsedAt": details.last_used_at, "lastTest": last_test, "baseUrl": details.base_url,
        "testPath": details.test_path, "testMethod": details.test_method,
        "scheme": details.scheme, "header": details.header, "settings": details.settings,
        "credentialNames": details.credential_names, "present": true,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn an_integration_is_its_persons_until_it_is_deleted() {
        let created = json!({
            "userId": "anna", "service": "github", "name": "Code",
            "baseUrl": "https://api.example.org", "testPath": "/user", "testMethod": "get",
            "scheme": null, "header": null, "settings": {"repo": "flowgrid"},
            "credentialNames": ["token"],
        });
        let tested = |ok: bool, count: u64| {
            json!({
                "at": "2026-05-02T10:00:00Z", "ok": ok, "status": 200, "tookMs": 12,
                "reason": if ok { None } else { Some("no answer") }, "usageCount": count,
            })
        };
        let (owner, row) = assert_agreement::<Model>(&[
            ("integration.created", created),
            ("integration.tested", tested(true, 1)),
            (
                "integration.changed",
                json!({"name": "Theirs", "status": "inactive", "settings": {}}),
            ),
            (
                "integration.changed",
                json!({"baseUrl": null, "testPath": "/", "testMethod": "post", "scheme": "header",
                       "header": "x-key", "credentialNames": []}),
            ),
            ("integration.tested", tested(false, 2)),
            ("integration.deleted", json!({})),
        ]);
        assert_eq!(owner.as_deref(), Some("anna"));
        assert_eq!(
            (&row["present"], &row["usageCount"]),
            (&json!(false), &json!(2))
        );
    }
}
