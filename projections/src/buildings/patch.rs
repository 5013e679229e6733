//! What a batch of events sets in one building's row.

use chrono::{DateTime, Utc};
use flowgrid_domain::buildings::BuildingStatus;

use crate::staged::{Patch, over};

/// A column is `None` where it stays; a nullable one is `Some(None)` where it is cleared.
#[derive(Debug, Default)]
pub(crate) struct BuildingPatch {
    pub name: Option<String>,
    pub kind: Option<String>,
    pub address: Option<Option<String>>,
    pub lat: Option<Option<f64>>,
    pub lon: Option<Option<f64>>,
    pub area: Option<Option<f64>>,
    pub timezone: Option<Option<String>>,
    pub status: Option<BuildingStatus>,
    /// Only a new row has it.
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub revision: i64,
    pub position: i64,
}

impl Patch for BuildingPatch {
    fn merge(&mut self, newer: Self) {
        let Self {
            name,
            kind,
            address,
            lat,
            lon,
            area,
            timezone,
            status,
            created_at,
            updated_at,
            revision,
            position,
        } = newer;
        over(&mut self.name, name);
        over(&mut self.kind, kind);
        over(&mut self.address, address);
        over(&mut self.lat, lat);
        over(&mut self.lon, lon);
        over(&mut self.area, area);
        over(&mut self.timezone, timezone);
        over(&mut self.status, status);
        over(&mut self.created_at, created_at);
        self.updated_at = updated_at;
        self.revision = revision;
        self.position = position;
    }
}

/// How a status stands in its column.
pub(crate) fn status_text(status: BuildingStatus) -> &'static str {
    match status {
        BuildingStatus::Active => "active",
        BuildingStatus::Retired => "retired",
    }
}

/// A status from its column.
pub(crate) fn status_of(text: &str) -> Option<BuildingStatus> {
    [BuildingStatus::Active, BuildingStatus::Retired]
        .into_iter()
        .find(|status| status_text(*status) == text)
}
