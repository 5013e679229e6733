//! How a batch gets into the tables.

mod around;
mod days;
mod derive;
mod meanings;
mod months;
mod ops;
mod ranges;
mod turn;
mod work;

use sqlx::PgConnection;

use super::batch::ReadingsWrites;
use super::memory::Memory;
use crate::read_model::WriteError;

pub(super) async fn write(
    writes: &ReadingsWrites,
    memory: &mut Memory,
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    if !writes.ops.is_empty() {
        memory.begin(turn::shared(connection).await?);
        ops::write(&writes.ops, memory, connection).await?;
    }
    if !writes.sensors.is_empty() || !writes.zones.is_empty() {
        turn::alone(connection).await?;
        let mut changed = meanings::change_zones(&writes.zones, connection).await?;
        changed.extend(meanings::change_sensors(&writes.sensors, connection).await?);
        if derive::derive(changed, connection).await? {
            turn::end(connection).await?;
        }
    }
    Ok(())
}
