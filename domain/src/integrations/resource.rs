//! An integration as the API shows it; its credentials are never shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Details, Health, Integration, IntegrationStatus, Scheme, TestMethod, Tested};
use crate::Shown;

/// A service that somebody has connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct IntegrationResource {
    pub id: String,
    /// The person whose it is.
    pub user_id: String,
    /// From an open list, e.g. `github`.
    pub service: String,
    pub name: String,
    pub status: IntegrationStatus,
    pub health: Health,
    /// How often the service was called.
    pub usage_count: u64,
    pub last_used_at: Option<DateTime<Utc>>,
    pub last_test: Option<LastTest>,
    pub base_url: Option<String>,
    /// What a test adds to it.
    pub test_path: Option<String>,
    pub test_method: TestMethod,
    /// How credentials are sent; null where their names tell.
    pub scheme: Option<Scheme>,
    /// In which header, for the scheme `header`; null for `x-api-key`.
    pub header: Option<String>,
    /// What frontends keep with it.
    pub settings: Map<String, Value>,
    /// Which credentials were given. They themselves are never shown.
    pub credential_names: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

/// What the last test has shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct LastTest {
    pub at: DateTime<Utc>,
    pub ok: bool,
    /// HTTP status of the answer; null without one.
    pub status: Option<u16>,
    /// Milliseconds.
    pub took_ms: u64,
    /// Why it failed; null where it didn't.
    pub reason: Option<String>,
}

impl From<Tested> for LastTest {
    fn from(tested: Tested) -> Self {
        let Tested {
            at,
            ok,
            status,
            took_ms,
            reason,
            usage_count: _,
        } = tested;
        Self {
            at,
            ok,
            status,
            took_ms,
            reason,
        }
    }
}

impl Shown for Integration {
    type Resource = IntegrationResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<IntegrationResource> {
        let Details {
            user_id,
            service,
            name,
            status,
            base_url,
            test_path,
            test_method,
            scheme,
            header,
            settings,
            credential_names,
            health,
            last_test,
            usage_count,
            last_used_at,
        } = self.details()?.clone();
        let status = match self {
            Self::Absent | Self::Connected(_) => status,
            Self::Deleted(_) => IntegrationStatus::Deleted,
        };
        Some(IntegrationResource {
            id: id.to_owned(),
            user_id,
            service,
            name,
            status,
            health,
            usage_count,
            last_used_at,
            last_test: last_test.map(Into::into),
            base_url,
            test_path,
            test_method,
            scheme,
            header,
            settings,
            credential_names,
            created_at,
            updated_at,
            revision,
        })
    }
}
