//! What makes it a read model.

use flowgrid_bus::RecordedEvent;
use flowgrid_log::LogStore;
use sqlx::PgConnection;

use super::batch::{ReadingsBatch, ReadingsWrites};
use super::memory::Memory;
use super::{verify, write};
use crate::read_model::{ReadModel, WriteError};
use crate::runtime::Client;
use crate::verify::VerifyReport;
use crate::{AdminError, ModelName};

/// The read model itself.
pub(crate) enum Readings {}

impl ReadModel for Readings {
    const NAME: ModelName = ModelName::Readings;
    const TABLES_SQL: &'static str = include_str!("tables.sql");
    // Without the organization: while the table is empty, any index with it seems as good as the primary key, and a plan
    // that is made then would look for each sensor among all of its organization.
    const INDEXES_SQL: &'static str = "create index if not exists reading_sensors_of_building \
                                       on reading_sensors (building_id)";
    /// With readings of some thousand each.
    const EVENTS: usize = 500;
    const ENOUGH: usize = 60_000;
    type Batch = ReadingsBatch;
    type Memory = Memory;

    fn stage(batch: &mut ReadingsBatch, event: &RecordedEvent) -> Result<(), String> {
        batch.stage(event)
    }

    async fn write(
        writes: &ReadingsWrites,
        memory: &mut Memory,
        connection: &mut PgConnection,
    ) -> Result<(), WriteError> {
        write::write(writes, memory, connection).await
    }

    async fn verify(client: &Client, store: &LogStore) -> Result<VerifyReport, AdminError> {
        verify::verify(client, store).await
    }
}
