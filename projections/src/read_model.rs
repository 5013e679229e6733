//! What a read model consists of.

use std::future::Future;

use flowgrid_bus::RecordedEvent;
use flowgrid_log::LogStore;
use sqlx::PgConnection;

use crate::closed::Closed;
use crate::runtime::Client;
use crate::staged::{Patch, Staged, Writes};
use crate::verify::{Expected, VerifyReport, verify};
use crate::{AdminError, ModelName};

/// The most rows of one statement: bounds its message and its memory in Postgres.
pub(crate) const ROWS_PER_STATEMENT: usize = 4_000;
/// The most events taken in at once.
const MOST_EVENTS: usize = 2_000;

/// An event that can't become rows. Its projector stops: skipping it would be a lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Poison {
    pub position: u64,
    pub reason: String,
}

/// A read model: its tables, how events become rows, and what those rows should be.
///
/// Its tables stand in a schema of their own, named by [`ModelName::tables`]; each has
/// `tenant_id uuid, id text` among its columns.
pub(crate) trait ReadModel: Send + Sync + 'static {
    const NAME: ModelName;
    /// Statements that make the tables and their primary keys.
    const TABLES_SQL: &'static str;
    /// Statements that make all other indexes, run when the rows of history are in.
    const INDEXES_SQL: &'static str;
    /// The most events merged before it is asked whether that is enough for a transaction.
    const EVENTS: usize = MOST_EVENTS;
    /// While more events wait, a transaction is only made of a batch of this [length](Batch::len): where
    /// later events touch the same rows again, fewer rows are written.
    const ENOUGH: usize = 0;
    /// Events merged in memory.
    type Batch: Batch;
    /// What its projector remembers between transactions.
    type Memory: Memory;

    /// Merges an event into the batch, or says why it can't; what is none of its business changes
    /// nothing.
    fn stage(batch: &mut Self::Batch, event: &RecordedEvent) -> Result<(), String>;

    /// Writes the batch in few statements, or says how many rows were not there.
    fn write(
        writes: &<Self::Batch as Batch>::Writes,
        memory: &mut Self::Memory,
        connection: &mut PgConnection,
    ) -> impl Future<Output = Result<(), WriteError>> + Send;

    /// Folds the log independently and compares with the live rows.
    fn verify(
        client: &Client,
        store: &LogStore,
    ) -> impl Future<Output = Result<VerifyReport, AdminError>> + Send;
}

/// Events merged in memory, until they are written.
pub(crate) trait Batch: Default + Send + 'static {
    /// The same in the order in which it is written.
    type Writes: BatchWrites;

    /// How large it is: rows, or whatever else its memory grows with.
    fn len(&self) -> usize;

    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn into_writes(self) -> Self::Writes;
}

/// A batch on its way into the tables.
pub(crate) trait BatchWrites: Send + Sync + 'static {
    fn is_empty(&self) -> bool;

    /// Leaves out what belongs to organizations that are closed; answers whether there was any.
    fn leave_out(&mut self, closed: &Closed) -> bool;
}

/// What a projector read and wrote lately, so that it needn't read it again: empty at first.
pub(crate) trait Memory: Default + Send + 'static {
    /// The tables may hold something else by now: a transaction failed, or somebody else has written.
    fn forget(&mut self);
}

impl Memory for () {
    fn forget(&mut self) {}
}

/// Why a batch could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// Rows are missing, or are there already: the log or the read model is not whole.
    #[error("{0}")]
    NotWhole(String),
}

/// A read model with a row for each aggregate of one type: its one table is named as the model, has
/// `tenant_id, id` as its primary key, and its columns follow from the events of that aggregate alone.
pub(crate) trait RowModel: Send + Sync + 'static {
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

impl<M: RowModel> ReadModel for M {
    const NAME: ModelName = <M as RowModel>::NAME;
    const TABLES_SQL: &'static str = M::TABLE_SQL;
    const INDEXES_SQL: &'static str = <M as RowModel>::INDEXES_SQL;
    type Batch = Staged<M::Patch>;
    type Memory = ();

    fn stage(batch: &mut Staged<M::Patch>, event: &RecordedEvent) -> Result<(), String> {
        if event.aggregate_type == M::AGGREGATE {
            <M as RowModel>::stage(batch, event)?;
        }
        Ok(())
    }

    async fn write(
        writes: &Writes<M::Patch>,
        (): &mut (),
        connection: &mut PgConnection,
    ) -> Result<(), WriteError> {
        let expected = writes.len() as u64;
        let written = <M as RowModel>::write(writes, connection).await?;
        if written == expected {
            return Ok(());
        }
        let reason = format!("{written} of {expected} were there");
        Err(WriteError::NotWhole(reason))
    }

    async fn verify(client: &Client, store: &LogStore) -> Result<VerifyReport, AdminError> {
        verify::<M>(client, store).await
    }
}

/// Merges events into a batch, up to the first that is poison.
pub(crate) fn stage_all<'e, M: ReadModel>(
    batch: &mut M::Batch,
    events: impl IntoIterator<Item = &'e RecordedEvent>,
) -> Result<(), Poison> {
    for event in events {
        M::stage(batch, event).map_err(|reason| Poison {
            position: event.position,
            reason,
        })?;
    }
    Ok(())
}
