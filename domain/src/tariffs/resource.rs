//! A tariff as the API shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Definition, Tariff};
use crate::Shown;

/// A tariff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TariffResource {
    pub id: String,
    #[serde(flatten)]
    pub definition: Definition,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: u64,
}

impl Shown for Tariff {
    type Resource = TariffResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<TariffResource> {
        Some(TariffResource {
            id: id.to_owned(),
            definition: self.definition()?.clone(),
            created_at,
            updated_at,
            revision,
        })
    }
}
