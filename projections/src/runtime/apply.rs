//! One batch, one transaction: rows and checkpoint.

use flowgrid_bus::LogId;
use sqlx::PgConnection;

use crate::ReadError;
use crate::generation::{Generation, advance_statement};
use crate::read_model::ReadModel;
use crate::simple;
use crate::staged::Writes;

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
    /// Events of rows that aren't there: the log or the read model is not whole.
    #[error(
        "{expected} rows should have been written at positions {from} to {to}, {written} were there"
    )]
    RowsMissing {
        from: u64,
        to: u64,
        expected: u64,
        written: u64,
    },
}

impl From<sqlx::Error> for ApplyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Read(error.into())
    }
}

/// Writes a batch and moves the checkpoint from `from` to `to`, both or neither. After an error the
/// connection is inside a broken transaction: drop it.
pub(crate) async fn apply<M: ReadModel>(
    connection: &mut PgConnection,
    generation: &Generation,
    log: LogId,
    (from, to): (u64, u64),
    writes: &Writes<M::Patch>,
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
    write::<M>(connection, (from, to), writes).await?;
    simple::run(connection, "commit").await?;
    Ok(Applied::Written)
}

/// Writes a batch inside a transaction that has moved the checkpoint.
pub(crate) async fn write<M: ReadModel>(
    connection: &mut PgConnection,
    (from, to): (u64, u64),
    writes: &Writes<M::Patch>,
) -> Result<(), ApplyError> {
    let expected = writes.len() as u64;
    let written = M::write(writes, connection).await?;
    if written == expected {
        Ok(())
    } else {
        Err(ApplyError::RowsMissing {
            from: from + 1,
            to,
            expected,
            written,
        })
    }
}
