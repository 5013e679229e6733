//! Whether the role for queries is held by row-level security.

use flowgrid_log::{Bound, bound};
use sqlx::PgPool;

use crate::ReadError;

/// Refuses a role that row-level security doesn't bind.
pub(crate) async fn check(pool: &PgPool) -> Result<(), ReadError> {
    let Bound { role, escape } = bound(pool).await?;
    let unlocked: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname like 'rm\\_%' and c.relkind in ('r', 'p', 'v', 'm') \
           and not (c.relrowsecurity and c.relforcerowsecurity) \
           and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')",
    )
    .fetch_one(pool)
    .await?;
    let problem = match escape {
        Some(escape) => escape,
        None if unlocked > 0 => {
            format!("sees {unlocked} read models that have no row-level security")
        }
        None => return Ok(()),
    };
    Err(ReadError::Unsafe(format!("{role} {problem}")))
}
