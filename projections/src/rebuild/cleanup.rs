//! Removes generations that nobody needs any more.

use std::sync::Arc;
use std::time::Duration;

use crate::ReadError;
use crate::generation::{Generation, drop_schema};
use crate::read_model::ReadModel;
use crate::runtime::Context;

/// Generations whose time is over: swapped out, or given up.
const OVER: &str = "select generation, schema_name, state, forced from public.projection_generations \
    where name = $1 and version = $2 \
      and (state = 'retired' and finished_at < clock_timestamp() - make_interval(secs => $3) \
        or state in ('cancelled', 'failed', 'differs') and finished_at < clock_timestamp() - make_interval(secs => $4)) \
    order by generation";

/// Generations of older builds whose projectors have stood still for a day.
const OUTDATED: &str = "select g.schema_name from public.projection_generations g \
    where g.name = $1 and g.version < $2 and g.state <> 'dropped' \
      and g.requested_at < clock_timestamp() - interval '1 day' and not exists ( \
      select from public.projection_checkpoints c where c.name = g.name and c.version = g.version \
         and c.moved_at > clock_timestamp() - interval '1 day')";

/// Drops what is over. What a query still uses is tried again later.
pub(super) async fn clean_up<M: ReadModel>(context: &Arc<Context>) -> Result<(), ReadError> {
    let seconds = |time: Duration| time.as_secs_f64();
    let rows = sqlx::query(OVER)
        .bind(M::NAME.as_str())
        .bind(M::NAME.version())
        .bind(seconds(context.options.grace))
        .bind(seconds(context.options.keep_unfinished))
        .fetch_all(context.client.pool())
        .await?;
    let over = rows
        .iter()
        .map(|row| Generation::decode(M::NAME, row))
        .collect::<Result<Vec<_>, _>>()?;
    let mut schemas: Vec<String> = over
        .into_iter()
        .map(|generation| generation.schema)
        .collect();
    let outdated: Vec<String> = sqlx::query_scalar(OUTDATED)
        .bind(M::NAME.as_str())
        .bind(M::NAME.version())
        .fetch_all(context.client.pool())
        .await?;
    schemas.extend(outdated);
    if schemas.is_empty() {
        return Ok(());
    }
    let mut owner = context.client.owner().await?;
    for schema in schemas {
        drop_schema(&schema, &mut owner).await?;
        forget(&schema, context).await?;
        tracing::info!(projection = %M::NAME, schema, "generation dropped");
    }
    Ok(())
}

/// Marks a generation dropped and removes its other rows.
async fn forget(schema: &str, context: &Arc<Context>) -> Result<(), ReadError> {
    sqlx::query(
        "with dropped as ( \
           update public.projection_generations set state = 'dropped' where schema_name = $1 \
           returning name, version, generation), \
         checkpoints as ( \
           delete from public.projection_checkpoints c using dropped d \
            where c.name = d.name and c.version = d.version and c.generation = d.generation) \
         delete from public.projection_live l using dropped d \
          where l.name = d.name and l.version = d.version and l.generation = d.generation",
    )
    .bind(schema)
    .execute(context.client.pool())
    .await?;
    Ok(())
}
