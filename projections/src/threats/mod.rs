//! What threatens an organization, or did until somebody dealt with it.

use flowgrid_domain::security::{Threat, ThreatEvent};
use serde_json::{Map, Value, json};

use crate::ModelName;
use crate::documents::{DocumentModel, Documents, Effect, document_table, fields, time_index};

/// The read model itself: threats are nobody's own.
pub(crate) type Threats = Documents<Model>;

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::Threats;
    const TABLE: &'static str = "threats";
    const TABLE_SQL: &'static str = document_table!("threats");
    const INDEXES_SQL: &'static str = time_index!("threats");
    type Aggregate = Threat;

    fn effect(event: &ThreatEvent) -> Effect {
        match event {
            ThreatEvent::Detected(detected) => Effect::Begin {
                owner: None,
                fields: fields(json!({
                    "threatType": detected.threat_type,
                    "subject": detected.subject,
                    "severity": detected.severity,
                    "description": detected.description,
                    "status": "open",
                    "evidence": detected.evidence,
                    "count": detected.count,
                    "firstSeenAt": detected.occurred_at,
                    "lastSeenAt": detected.occurred_at,
                })),
            },
            ThreatEvent::SeenAgain(again) => Effect::Set(fields(json!({
                "severity": again.severity,
                "evidence": again.evidence,
                "count": again.count,
                "lastSeenAt": again.occurred_at,
            }))),
            ThreatEvent::Dismissed(_) => Effect::Set(fields(json!({"status": "dismissed"}))),
        }
    }

    fn document(state: &Threat) -> Option<(Option<String>, Map<String, Value>)> {
        let (facts, status) = state.facts()?;
        let body = json!({
            "threatType": facts.kind, "subject": facts.subject, "severity": facts.severity,
            "description": facts.description, "status": status, "evidence": facts.evidence,
            "count": facts.count, "firstSeenAt": facts.first_seen_at, "lastSeenAt": facts.last_seen_at,
        });
        Some((None, fields(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_threat_is_shown_until_somebody_has_dealt_with_it_and_after() {
        let detected = json!({
            "threatType": "token-reuse", "subject": "s-1", "severity": "high",
            "description": "An old refresh token came back", "evidence": ["r-1"],
            "occurredAt": "2026-05-01T10:00:00Z",
        });
        let again = json!({
            "severity": "critical", "evidence": ["r-1", "r-2"], "count": 7,
            "occurredAt": "2026-05-01T10:10:00Z",
        });
        let dismissed = json!({"by": "anna", "at": "2026-05-01T11:00:00Z"});
        let (owner, row) = assert_agreement::<Model>(&[
            ("threat.detected", detected),
            ("threat.seen-again", again),
            ("threat.dismissed", dismissed),
        ]);
        assert_eq!(owner, None);
        assert_eq!(
            (&row["status"], &row["count"]),
            (&json!("dismissed"), &json!(7))
        );
    }
}
