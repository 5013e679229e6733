//! Whether the vault's role is held by row-level security.

use sqlx::PgPool;

use crate::VaultError;

/// Refuses a role that row-level security doesn't bind.
pub(crate) async fn check(pool: &PgPool) -> Result<(), VaultError> {
    let (role, superuser, bypasses, owned): (String, bool, bool, i64) = sqlx::query_as(
        "select r.rolname::text, r.rolsuper, r.rolbypassrls, \
         (select count(*) from pg_class c where c.relowner = r.oid) \
         from pg_roles r where r.rolname = current_user",
    )
    .fetch_one(pool)
    .await?;
    let unlocked: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname = 'vault' and c.relkind in ('r', 'p', 'v', 'm') \
           and not (c.relrowsecurity and c.relforcerowsecurity)",
    )
    .fetch_one(pool)
    .await?;
    let problem = if superuser {
        "is a superuser".to_owned()
    } else if bypasses {
        "may bypass row-level security".to_owned()
    } else if owned > 0 {
        format!("owns {owned} tables")
    } else if unlocked > 0 {
        format!("finds {unlocked} tables of secrets that have no row-level security")
    } else {
        return Ok(());
    };
    Err(VaultError::Unsafe(format!("{role} {problem}")))
}
