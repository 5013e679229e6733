//! How far a generation has got on a log.

use flowgrid_bus::LogId;
use sqlx::{PgExecutor, Row};

use super::Generation;
use crate::ReadError;

/// A checkpoint as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    pub log: LogId,
    pub position: u64,
    /// It won't move again.
    pub closed: bool,
}

/// Makes the checkpoint of a generation on a log, at 0, if it is missing.
pub(crate) async fn open_checkpoint(
    generation: &Generation,
    log: LogId,
    executor: impl PgExecutor<'_>,
) -> Result<(), ReadError> {
    sqlx::query(
        "insert into public.projection_checkpoints (name, version, generation, log_id) values ($1, $2, $3, $4) \
         on conflict do nothing",
    )
    .bind(generation.model.as_str())
    .bind(generation.model.version())
    .bind(generation.number)
    .bind(log.0)
    .execute(executor)
    .await?;
    Ok(())
}

/// All checkpoints of a generation, by log.
pub(crate) async fn checkpoints(
    generation: &Generation,
    executor: impl PgExecutor<'_>,
) -> Result<Vec<Checkpoint>, ReadError> {
    let rows = sqlx::query(
        "select log_id, position, closed from public.projection_checkpoints \
         where name = $1 and version = $2 and generation = $3 order by log_id",
    )
    .bind(generation.model.as_str())
    .bind(generation.model.version())
    .bind(generation.number)
    .fetch_all(executor)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Checkpoint {
                log: LogId(row.try_get(0)?),
                position: row.try_get::<i64, _>(1)?.cast_unsigned(),
                closed: row.try_get(2)?,
            })
        })
        .collect()
}

/// The checkpoint of a generation on one log.
pub(crate) async fn checkpoint(
    generation: &Generation,
    log: LogId,
    executor: impl PgExecutor<'_>,
) -> Result<Option<Checkpoint>, ReadError> {
    let all = checkpoints(generation, executor).await?;
    Ok(all.into_iter().find(|checkpoint| checkpoint.log == log))
}

/// The statement that moves a checkpoint, and answers a row only if it stood at `from` and was not
/// closed: the fence between two processes that project the same. All that is spliced in are
/// numbers and names of our own.
pub(crate) fn advance_statement(generation: &Generation, log: LogId, from: u64, to: u64) -> String {
    format!(
        "update public.projection_checkpoints set position = {to}, moved_at = clock_timestamp(), \
         error = null, error_position = null where name = '{}' and version = {} and generation = {} \
         and log_id = {log} and position = {from} and not closed returning position",
        generation.model,
        generation.model.version(),
        generation.number
    )
}
