//! A building as the API shows it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Building, Details};
use crate::Shown;

/// Whether a building is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum BuildingStatus {
    Active,
    Retired,
}

/// What a building draws and has drawn; null where nothing is measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EnergySummary {
    pub power_kw: Option<f64>,
    pub today_kwh: Option<f64>,
    pub month_kwh: Option<f64>,
}

/// A building. What only another read model knows (`energy`, `openAlerts`) is null in the answer
/// to a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BuildingResource {
    pub id: String,
    pub name: String,
    /// From an open list, e.g. `school`.
    pub kind: String,
    pub address: Option<String>,
    /// Degrees north, WGS 84.
    pub lat: Option<f64>,
    /// Degrees east, WGS 84.
    pub lon: Option<f64>,
    /// m²
    pub area: Option<f64>,
    /// Name in the IANA database, e.g. `Europe/Berlin`.
    pub timezone: Option<String>,
    pub status: BuildingStatus,
    pub energy: Option<EnergySummary>,
    pub open_alerts: Option<u64>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// The version that `If-Match` takes.
    pub revision: u64,
}

impl Shown for Building {
    type Resource = BuildingResource;

    fn resource(
        &self,
        id: &str,
        created_at: DateTime<Utc>,
        updated_at: DateTime<Utc>,
        revision: u64,
    ) -> Option<BuildingResource> {
        let (status, details) = match self {
            Self::Unregistered => return None,
            Self::Active(details) => (BuildingStatus::Active, details),
            Self::Retired(details) => (BuildingStatus::Retired, details),
        };
        let Details {
            name,
            kind,
            address,
            lat,
            lon,
            area,
            timezone,
        } = details.clone();
        Some(BuildingResource {
            id: id.to_owned(),
            name,
            kind,
            address,
            lat,
            lon,
            area,
            timezone,
            status,
            energy: None,
            open_alerts: None,
            created_at,
            updated_at,
            revision,
        })
    }
}
