//! One batch, one transaction: rows and checkpoint.

use flowgrid_bus::LogId;
use sqlx::PgConnection;

use crate::ReadError;
use crate::closed::Closed;
use crate::generation::{Generation, advance_statement};
use crate::read_model::{Batch, BatchWrites, Memory, ReadModel, WriteError};
use crate::simple;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// Written, and the checkpoint is at its end.
    Written,
    /// Nothing was written: the checkpoint isn't where it was expected, or is closed.
    FenceLost,
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The rows can't be written, however often it is tried: the log or the read model is not
    /// whole.
    #[error("rows of positions {from} to {to} can't be written: {reason}")]
    Unwritable { from: u64, to: u64, reason: String },
}

impl From<sqlx::Error> for ApplyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

/// Writes a batch and moves the checkpoint from `from` to `to`, both or neither. After an error the
/// connection is inside a broken transaction: drop it.
///
/// Rows of an organization that was closed meanwhile are gone, and stay so: that is asked only where
/// something can't be written.
///
/// What is remembered is forgotten whenever nothing was written.
pub(crate) async fn apply<M: ReadModel>(
    connection: &mut PgConnection,
    generation: &Generation,
    log: LogId,
    range: (u64, u64),
    mut writes: <M::Batch as Batch>::Writes,
    memory: &mut M::Memory,
) -> Result<Applied, ApplyError> {
    let applied = apply_all::<M>(connection, generation, log, range, &writes, memory).await;
    if !matches!(applied, Err(ApplyError::Unwritable { .. })) {
        return applied;
    }
    simple::run(connection, "rollback").await?;
    if !writes.leave_out(&Closed::load(&mut *connection).await?) {
        return applied;
    }
    apply_all::<M>(connection, generation, log, range, &writes, memory).await
}

async fn apply_all<M: ReadModel>(
    connection: &mut PgConnection,
    generation: &Generation,
    log: LogId,
    range: (u64, u64),
    writes: &<M::Batch as Batch>::Writes,
    memory: &mut M::Memory,
) -> Result<Applied, ApplyError> {
    let applied = attempt::<M>(connection, generation, log, range, writes, memory).await;
    if !matches!(applied, Ok(Applied::Written)) {
        memory.forget();
    }
    applied
}

async fn attempt<M: ReadModel>(
    connection: &mut PgConnection,
    generation: &Generation,
    log: LogId,
    (from, to): (u64, u64),
    writes: &<M::Batch as Batch>::Writes,
    memory: &mut M::Memory,
) -> Result<Applied, ApplyError> {
    let advance = advance_statement(generation, log, from, to);
    if writes.is_empty() {
        let moved = simple::rows(connection, &advance).await?;
        return Ok(if moved.is_empty() {
            Applied::FenceLost
        } else {
            Applied::Written
        });
    }
    // One round trip; the row lock of the checkpoint holds off whoever else projects the same.
    let moved = simple::rows(connection, &format!("begin; {advance}")).await?;
    if moved.is_empty() {
        simple::run(connection, "rollback").await?;
        return Ok(Applied::FenceLost);
    }
    write::<M>(connection, (from, to), writes, memory).await?;
    simple::run(connection, "commit").await?;
    Ok(Applied::Written)
}

/// Writes a batch inside a transaction that has moved the checkpoint.
pub(crate) async fn write<M: ReadModel>(
    connection: &mut PgConnection,
    (from, to): (u64, u64),
    writes: &<M::Batch as Batch>::Writes,
    memory: &mut M::Memory,
) -> Result<(), ApplyError> {
    let unwritable = |reason: String| ApplyError::Unwritable {
        from: from + 1,
        to,
        reason,
    };
    match M::write(writes, memory, connection).await {
        Ok(()) => Ok(()),
        Err(WriteError::NotWhole(reason)) => Err(unwritable(reason)),
        Err(WriteError::Database(error)) if is_lasting(&error) => {
            Err(unwritable(error.to_string()))
        }
        Err(WriteError::Database(error)) => Err(error.into()),
    }
}

/// Whether Postgres will refuse the same again: a value it can't hold (class 22), a constraint
/// (class 23).
fn is_lasting(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(|database| database.code());
    code.is_some_and(|code| code.starts_with("22") || code.starts_with("23"))
}
