//! Whether the vault's role is held by row-level security.

use flowgrid_log::{Bound, bound};
use sqlx::PgPool;

use crate::VaultError;

/// Refuses a role that row-level security doesn't bind.
pub(crate) async fn check(pool: &PgPool) -> Result<(), VaultError> {
    let Bound { role, escape } = bound(pool).await?;
    let unlocked: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'vault' and c.relkind in ('r', 'p', 'v', 'm') \
           and not (c.relrowsecurity and c.relforcerowsecurity)",
    )
    .fetch_one(pool)
    .await?;
    let problem = match escape {
        Some(escape) => escape,
        None if unlocked > 0 => {
            format!("finds {unlocked} tables of secrets that have no row-level security")
        }
        None => return Ok(()),
    };
    Err(VaultError::Unsafe(format!("{role} {problem}")))
}
