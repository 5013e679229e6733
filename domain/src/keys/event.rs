//! What can happen to an API key. The key itself is in none of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::events::events;

events! {
    /// Everything that can happen to an API key.
    pub enum ApiKeyEvent {
        "api-key.created" "1.0" => Created;
        "api-key.revoked" "1.0" => Revoked;
    }
}

/// A program may come in by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Created {
    /// Who answers for it.
    pub person_id: String,
    pub name: String,
    /// How the key begins.
    pub prefix: String,
    pub scopes: Vec<String>,
    /// Absent when it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = DateTime<Utc>, required = false))]
    pub expires_at: Option<DateTime<Utc>>,
}

/// No process accepts it any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Revoked {}
