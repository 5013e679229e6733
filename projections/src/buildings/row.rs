//! A building's row as the API shows it.

use flowgrid_domain::buildings::{BuildingResource, EnergySummary};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::patch::status_of;
use crate::ReadError;

/// The domain's resource: `energy` holds nulls while nothing is measured, `openAlerts` is counted.
pub type BuildingRow = BuildingResource;

/// The columns that [`decode`] takes, of a table called `b`.
pub(super) const COLUMNS: &str = "b.id, b.name, b.kind, b.address, b.lat, b.lon, b.area, b.timezone, b.status, \
     b.revision, b.created_at, b.updated_at";

pub(super) fn decode(row: &PgRow) -> Result<BuildingRow, ReadError> {
    let status: &str = row.try_get("status")?;
    Ok(BuildingRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        kind: row.try_get("kind")?,
        address: row.try_get("address")?,
        lat: row.try_get("lat")?,
        lon: row.try_get("lon")?,
        area: row.try_get("area")?,
        timezone: row.try_get("timezone")?,
        status: status_of(status)
            .ok_or_else(|| ReadError::Corrupt(format!("building status {status:?}")))?,
        energy: Some(EnergySummary::default()),
        open_alerts: None,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        revision: row.try_get::<i64, _>("revision")?.cast_unsigned(),
    })
}

/// The same with the number of its open alerts, a column `open_alerts`.
pub(super) fn decode_with_alerts(row: &PgRow) -> Result<BuildingRow, ReadError> {
    let mut building = decode(row)?;
    building.open_alerts = Some(row.try_get::<i64, _>("open_alerts")?.cast_unsigned());
    Ok(building)
}
