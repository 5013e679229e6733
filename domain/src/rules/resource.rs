//! An alert rule as the API shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{AlertRule, Definition};
use crate::Shown;

/// Whether a rule is looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum RuleStatus {
    Enabled,
    Disabled,
    /// Only in the answer to the deletion itself: no list and no query shows it again.
    Deleted,
}

/// An alert rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AlertRuleResource {
    pub id: String,
    #[serde(flatten)]
    pub definition: Definition,
    pub status: RuleStatus,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Shown for AlertRule {
    type Resource = AlertRuleResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<AlertRuleResource> {
        let definition = self.definition()?.clone();
        let status = match self {
            Self::Absent => return None,
            Self::Present(_) if definition.enabled => RuleStatus::Enabled,
            Self::Present(_) => RuleStatus::Disabled,
            Self::Deleted(_) => RuleStatus::Deleted,
        };
        Some(AlertRuleResource {
            id: id.to_owned(),
            definition,
            status,
            created_at,
            updated_at,
            revision,
        })
    }
}
