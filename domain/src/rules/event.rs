//! What can happen to an alert rule.

use serde::{Deserialize, Serialize};

use super::Definition;
use crate::events::events;

events! {
    /// Everything that can happen to an alert rule.
    pub enum AlertRuleEvent {
        "alert-rule.changed" "1.0" => Changed;
        "alert-rule.created" "1.0" => Created;
        "alert-rule.deleted" "1.0" => Deleted;
    }
}

/// From now on it is looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Created {
    #[serde(flatten)]
    pub definition: Definition,
}

/// From now on it says something else: all of it, since its parts only mean something together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    #[serde(flatten)]
    pub definition: Definition,
}

/// Nothing is looked for any more, and what it raised is resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Deleted {}
