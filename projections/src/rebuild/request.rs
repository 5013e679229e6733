//! What can be asked of a rebuild that exists.

use std::time::Duration;

use sqlx::PgPool;

use crate::{ModelName, ReadError};

/// Breaks the rebuild under way off; false when there is none. Its checkpoints are closed, so
/// whoever is at work on it notices at the next batch.
pub(crate) async fn cancel(model: ModelName, pool: &PgPool) -> Result<bool, ReadError> {
    let cancelled = sqlx::query(
        "with cancelled as ( \
           update public.projection_generations set state = 'cancelled', finished_at = clock_timestamp() \
            where name = $1 and version = $2 and state in ('requested', 'filling', 'catching-up', 'comparing') \
            returning name, version, generation), \
         closed as ( \
           update public.projection_checkpoints c set closed = true from cancelled g \
            where c.name = g.name and c.version = g.version and c.generation = g.generation) \
         select 1 from cancelled",
    )
    .bind(model.as_str())
    .bind(model.version())
    .fetch_optional(pool)
    .await?;
    Ok(cancelled.is_some())
}

/// Puts the newest generation back to work, if it was cancelled or failed at least so long ago;
/// false when it wasn't.
pub(crate) async fn resume(
    model: ModelName,
    ago: Duration,
    pool: &PgPool,
) -> Result<bool, ReadError> {
    let resumed = sqlx::query(
        "with resumed as ( \
           update public.projection_generations set state = 'requested', finished_at = null, error = null \
            where name = $1 and version = $2 and state in ('cancelled', 'failed') \
              and finished_at <= clock_timestamp() - make_interval(secs => $3) and generation = \
              (select max(generation) from public.projection_generations where name = $1 and version = $2) \
            returning name, version, generation), \
         opened as ( \
           update public.projection_checkpoints c set closed = false from resumed g \
            where c.name = g.name and c.version = g.version and c.generation = g.generation) \
         select 1 from resumed",
    )
    .bind(model.as_str())
    .bind(model.version())
    .bind(ago.as_secs_f64())
    .fetch_optional(pool)
    .await?;
    Ok(resumed.is_some())
}
