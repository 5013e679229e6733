//! What a read model consists of.

use std::future::Future;

use flowgrid_bus::RecordedEvent;
use sqlx::PgConnection;

use crate::ModelName;
use crate::staged::{Patch, Staged, Writes};
use crate::verify::Expected;

/// The most rows of one statement: bounds its message and its memory in Postgres.
pub(crate) const ROWS_PER_STATEMENT: usize = 4_000;

/// An event that can't become rows. Its projector stops: skipping it would be a lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Poison {
    pub position: u64,
    pub reason: String,
}

/// A read model: its tables, how events become rows, and what those rows should be.
///
/// Its tables stand in a schema of their own, have `tenant_id uuid, id text` as their primary key,
/// and their columns follow from the events of one aggregate alone.
pub(crate) trait ReadModel: Send + Sync + 'static {
    const NAME: ModelName;
    /// Type of the aggregates whose events it applies; all others only move the checkpoint.
    const AGGREGATE: &'static str;
    /// Its one table.
    const TABLE: &'static str;
    /// Statement that makes the table and its primary key.
    const TABLE_SQL: &'static str;
    /// Statements that make all other indexes, run when the rows of history are in.
    const INDEXES_SQL: &'static str;
    type Patch: Patch + 'static;
    type Expected: Expected;

    /// Merges an event of its aggregate into the batch, or says why it can't.
    fn stage(batch: &mut Staged<Self::Patch>, event: &RecordedEvent) -> Result<(), String>;

    /// Writes the batch in few statements. Answers how many rows were written; the caller compares.
    fn write(
        writes: &Writes<Self::Patch>,
        connection: &mut PgConnection,
    ) -> impl Future<Output = Result<u64, sqlx::Error>> + Send;
}

/// Merges events into a batch, up to the first that is poison.
pub(crate) fn stage_all<'e, M: ReadModel>(
    batch: &mut Staged<M::Patch>,
    events: impl IntoIterator<Item = &'e RecordedEvent>,
) -> Result<(), Poison> {
    for event in events {
        if event.aggregate_type == M::AGGREGATE {
            M::stage(batch, event).map_err(|reason| Poison {
                position: event.position,
                reason,
            })?;
        }
    }
    Ok(())
}
