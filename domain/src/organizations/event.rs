//! What can happen to an organization.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::events::events;
use crate::values::Plan;

events! {
    /// Everything that can happen to an organization.
    pub enum OrganizationEvent {
        "organization.founded" "1.0" => Founded;
        "organization.changed" "1.0" => Changed;
        "organization.plan-changed" "1.0" => PlanChanged;
        "organization.admin-added" "1.0" => AdminAdded;
        "organization.admin-withdrawn" "1.0" => AdminWithdrawn;
        "organization.closing" "1.0" => Closing;
        "organization.kept" "1.0" => Kept;
        "organization.closed" "1.0" => Closed;
    }
}

/// It came into being; its founder is its first admin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Founded {
    pub name: String,
    pub plan: Plan,
    /// Id of a person.
    pub founder: String,
}

/// Name or settings became different; only what did is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<String>,
    /// All settings, as they are now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, String>, required = false))]
    pub settings: Option<BTreeMap<String, String>>,
}

/// Other limits and quotas hold from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlanChanged {
    pub plan: Plan,
}

/// Somebody is one of its admins now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminAdded {
    pub person_id: String,
}

/// Somebody is none of its admins any more; there are others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminWithdrawn {
    pub person_id: String,
}

/// It is to be closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Closing {
    /// From then on it may be closed for good.
    pub until: DateTime<Utc>,
}

/// It isn't closed after all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Kept {}

/// It is no more: its keys are to be destroyed and its rows dropped. Its slug is never used again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Closed {}
