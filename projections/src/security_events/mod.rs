//! What happened in an organization that concerns its security.

use flowgrid_domain::security::{Recorded, SecurityRecord, SecurityRecordEvent};
use serde_json::{Map, Value};

use crate::ModelName;
use crate::documents::{
    DocumentModel, Documents, Effect, document_table, fields, owner_index, time_index,
};

/// The read model itself: a record belongs to the person it is about. Its document is what was
/// recorded, with what is sealed as it stands.
pub(crate) type SecurityEvents = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::SecurityEvents;
    const TABLE: &'static str = "security_events";
    const TABLE_SQL: &'static str = document_table!("security_events");
    // There may be many, unlike most documents, and they are read by time.
    const INDEXES_SQL: &'static str = concat!(
        owner_index!("security_events"),
        "; ",
        time_index!("security_events")
    );
    type Aggregate = SecurityRecord;

    fn effect(event: &SecurityRecordEvent) -> Effect {
        let SecurityRecordEvent::Recorded(recorded) = event;
        Effect::Begin {
            owner: recorded.user_id.clone(),
            fields: body(recorded),
        }
    }

    fn document(state: &SecurityRecord) -> Option<(Option<String>, Map<String, Value>)> {
        let recorded = state.recorded()?;
        Some((recorded.user_id.clone(), body(recorded)))
    }
}

fn body(recorded: &Recorded) -> Map<String, Value> {
    // A struct with text keys always has a JSON form.
    serde_json::to_value(recorded).map_or_else(|_| Map::new(), fields)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_record_is_of_whom_it_is_about_and_holds_what_was_recorded() {
        let recorded = json!({
            "userId": "anna", "eventType": "login-failed", "details": {"reason": "password"},
            "ipAddress": "v1.c2VhbGVk", "userAgent": null, "occurredAt": "2026-05-01T10:00:00Z",
            "count": 3, "address": "0a",
        });
        let (owner, row) = assert_agreement::<Model>(&[("security.recorded", recorded)]);
        assert_eq!(owner.as_deref(), Some("anna"));
        assert_eq!((&row["count"], &row["address"]), (&json!(3), &json!("0a")));
    }
}
