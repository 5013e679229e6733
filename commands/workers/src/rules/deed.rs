//! What is to be done because of a rule.

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::rules::{Escalation, Recipients};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A deed, and on whose behalf.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Task {
    pub tenant: Tenant,
    pub rule: String,
    /// Id of a sensor or building.
    pub source: String,
    pub deed: Deed,
}

/// All it takes to do it: the rule may be gone by then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Deed {
    Raise {
        since: DateTime<Utc>,
        at: DateTime<Utc>,
        words: Words,
        building_id: Option<String>,
        notify: Recipients,
        escalation: Option<Escalation>,
    },
    /// Resolves the alert of an excursion, or whatever is open of this rule and source.
    Clear {
        since: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
        /// Any, where the rule is gone.
        alert_type: Option<String>,
        note: String,
    },
    /// Nobody may have acknowledged the alert.
    Escalate {
        alert_id: String,
        words: Words,
        escalation: Escalation,
    },
}

/// What an alert says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Words {
    pub alert_type: String,
    pub severity: Severity,
    pub title: String,
    pub message: String,
}

impl Task {
    /// As alerts name it: `<rule>/<sensor or building>`.
    pub fn source_id(&self) -> String {
        format!("{}/{}", self.rule, self.source)
    }

    /// The alert of an excursion: the same in every process and at every try.
    pub fn alert_id(&self, since: DateTime<Utc>) -> String {
        Uuid::new_v5(&self.tenant.id(), self.key("alert", since).as_bytes()).to_string()
    }

    /// Names one thing that is done for an excursion.
    pub fn key(&self, what: &str, since: DateTime<Utc>) -> String {
        let (rule, source) = (&self.rule, &self.source);
        format!("rule/{rule}/{source}/{}/{what}", since.timestamp_micros())
    }
}
