//! An API key as the API shows it; the key itself is shown once and not here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ApiKey;
use crate::Shown;

/// Where a key is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ApiKeyStatus {
    Active,
    Revoked,
}

/// An API key. What only the vault knows (`lastUsedAt`) is null in the answer to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApiKeyResource {
    pub id: String,
    /// Id of the person who answers for it.
    pub user_id: String,
    pub name: String,
    /// How the key begins.
    pub prefix: String,
    pub scopes: Vec<String>,
    pub status: ApiKeyStatus,
    /// Null when it never does.
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Shown for ApiKey {
    type Resource = ApiKeyResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<ApiKeyResource> {
        let status = match self {
            Self::NotCreated => return None,
            Self::Active(_) => ApiKeyStatus::Active,
            Self::Revoked(_) => ApiKeyStatus::Revoked,
        };
        let facts = self.facts()?.clone();
        Some(ApiKeyResource {
            id: id.to_owned(),
            user_id: facts.person_id,
            name: facts.name,
            prefix: facts.prefix,
            scopes: facts.scopes,
            status,
            expires_at: facts.expires_at,
            last_used_at: None,
            created_at,
            updated_at,
            revision,
        })
    }
}
