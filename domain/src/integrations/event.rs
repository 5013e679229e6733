//! What can happen to an integration. Its credentials are in none of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{IntegrationStatus, Scheme, TestMethod};
use crate::Patch;
use crate::events::events;

events! {
    /// Everything that can happen to an integration.
    pub enum IntegrationEvent {
        "integration.created" "1.0" => Created;
        "integration.changed" "1.0" => Changed;
        "integration.tested" "1.0" => Tested;
        "integration.deleted" "1.0" => Deleted;
    }
}

/// Somebody has connected a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Created {
    pub user_id: String,
    pub service: String,
    pub name: String,
    pub base_url: Option<String>,
    pub test_path: Option<String>,
    pub test_method: TestMethod,
    pub scheme: Option<Scheme>,
    pub header: Option<String>,
    pub settings: Map<String, Value>,
    pub credential_names: Vec<String>,
}

/// It is different; only what is, is here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Changed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = IntegrationStatus, required = false))]
    pub status: Option<IntegrationStatus>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false))]
    pub base_url: Patch<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false))]
    pub test_path: Patch<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = TestMethod, required = false))]
    pub test_method: Option<TestMethod>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Scheme>, required = false))]
    pub scheme: Patch<Scheme>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, required = false))]
    pub header: Patch<String>,
    /// All settings, as they are now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Map<String, Value>, required = false))]
    pub settings: Option<Map<String, Value>>,
    /// Those that took the place of all before; none where they were cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, required = false))]
    pub credential_names: Option<Vec<String>>,
}

impl Changed {
    /// Whether what a test has shown before says nothing any more.
    pub fn is_another_call(&self) -> bool {
        let Self {
            name: _,
            status: _,
            base_url,
            test_path,
            test_method,
            scheme,
            header,
            settings: _,
            credential_names,
        } = self;
        let same = base_url.is_absent()
            && test_path.is_absent()
            && test_method.is_none()
            && scheme.is_absent()
            && header.is_absent()
            && credential_names.is_none();
        !same
    }
}

/// The service was called to see whether it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Tested {
    pub at: DateTime<Utc>,
    pub ok: bool,
    /// HTTP status of the answer; null without one.
    pub status: Option<u16>,
    pub took_ms: u64,
    /// Why it failed, in our own words; null where it didn't.
    pub reason: Option<String>,
    /// How often the integration was used by then, this time included.
    pub usage_count: u64,
}

/// It is gone, and its credentials are destroyed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Deleted {}
