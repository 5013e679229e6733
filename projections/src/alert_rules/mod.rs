//! The alert rules of an organization, those that were deleted included: their ids stay taken.

use flowgrid_domain::rules::{
    AlertRule, AlertRuleEvent, AlertRuleResource, Definition, RuleStatus,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::documents::{DocumentModel, DocumentRow, Documents, Effect, document_table, fields};
use crate::{ModelName, ReadError};

/// The read model itself.
pub(crate) type AlertRules = Documents<Model>;

/// Beside the rule itself, as lists narrow by them.
pub const BUILDING: &str = "buildingId";
pub const SENSOR: &str = "sensorId";
/// `true` or `false`.
pub const DELETED: &str = "deleted";

pub(crate) enum Model {}

impl DocumentModel for Model {
    const NAME: ModelName = ModelName::AlertRules;
    const TABLE: &'static str = "alert_rules";
    const TABLE_SQL: &'static str = document_table!("alert_rules");
    const INDEXES_SQL: &'static str = "";
    type Aggregate = AlertRule;

    fn effect(event: &AlertRuleEvent) -> Effect {
        match event {
            AlertRuleEvent::Created(created) => Effect::Begin {
                owner: None,
                fields: document(&created.definition, false),
            },
            AlertRuleEvent::Changed(changed) => Effect::Set(document(&changed.definition, false)),
            AlertRuleEvent::Deleted(_) => Effect::Set(fields(json!({DELETED: true}))),
        }
    }

    fn document(state: &AlertRule) -> Option<(Option<String>, Map<String, Value>)> {
        let deleted = matches!(state, AlertRule::Deleted(_));
        Some((None, document(state.definition()?, deleted)))
    }
}

fn document(definition: &Definition, deleted: bool) -> Map<String, Value> {
    // A struct with text keys always has a JSON form.
    let mut all = serde_json::to_value(definition).map_or_else(|_| Map::new(), fields);
    all.extend(fields(json!({
        BUILDING: definition.target.building_id,
        SENSOR: definition.target.sensor_id,
        DELETED: deleted,
    })));
    all
}

/// The rule as the API shows it; `None` of one that was deleted.
///
/// # Errors
/// [`ReadError::Corrupt`] when the row holds no rule.
pub fn resource(row: &DocumentRow) -> Result<Option<AlertRuleResource>, ReadError> {
    if row.body.get(DELETED) == Some(&Value::Bool(true)) {
        return Ok(None);
    }
    let definition = Definition::deserialize(Value::Object(row.body.clone()))
        .map_err(|error| ReadError::Corrupt(format!("alert rule {}: {error}", row.id)))?;
    let status = if definition.enabled {
        RuleStatus::Enabled
    } else {
        RuleStatus::Disabled
    };
    Ok(Some(AlertRuleResource {
        id: row.id.clone(),
        definition,
        status,
        created_at: row.created_at,
        updated_at: row.updated_at,
        revision: row.revision,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::assert_agreement;

    #[test]
    fn a_rule_is_shown_as_it_was_left_until_it_is_deleted() {
        let rule = |name: &str, building: &str| {
            json!({
                "name": name, "kind": "threshold", "condition": {"above": 80.0, "below": null},
                "target": {"buildingId": building, "sensorId": null, "sensorKind": "power"},
                "hold": {"forSeconds": 0}, "clear": null, "severity": "high", "schedule": null,
                "notify": {"members": [], "roles": [], "mail": false}, "escalation": null,
                "autoResolve": true, "damping": null, "enabled": false,
            })
        };
        let (_, row) = assert_agreement::<Model>(&[
            ("alert-rule.created", rule("A", "rathaus")),
            ("alert-rule.changed", rule("B", "school")),
            ("alert-rule.deleted", json!({})),
        ]);
        assert_eq!(
            (&row[BUILDING], &row[DELETED]),
            (&json!("school"), &json!(true))
        );
    }
}
