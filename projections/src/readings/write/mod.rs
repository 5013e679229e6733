//! How a batch gets into the tables.

mod days;
mod derive;
mod meanings;
mod months;
mod ops;
mod ranges;

use sqlx::PgConnection;

use super::batch::ReadingsWrites;
use crate::read_model::WriteError;
use crate::simple;

/// Readings of both logs meet in the same rows: while what sensors mean changes, nobody writes readings.
const SHARED: &str = "select pg_advisory_xact_lock_shared(hashtextextended(current_schema(), 0))";
const ALONE: &str = "select pg_advisory_xact_lock(hashtextextended(current_schema(), 0))";

pub(super) async fn write(
    writes: &ReadingsWrites,
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    if !writes.ops.is_empty() {
        simple::run(connection, SHARED).await?;
        ops::write(&writes.ops, connection).await?;
    }
    if !writes.sensors.is_empty() || !writes.zones.is_empty() {
        simple::run(connection, ALONE).await?;
        let mut changed = meanings::change_zones(&writes.zones, connection).await?;
        changed.extend(meanings::change_sensors(&writes.sensors, connection).await?);
        derive::derive(changed, connection).await?;
    }
    Ok(())
}
