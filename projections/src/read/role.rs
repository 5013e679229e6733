//! Whether the role for queries is held by row-level security.

use sqlx::PgPool;

use crate::ReadError;

/// Refuses a role that row-level security doesn't bind.
pub(crate) async fn check(pool: &PgPool) -> Result<(), ReadError> {
    let (role, superuser, bypasses, owned): (String, bool, bool, i64) = sqlx::query_as(
        "select r.rolname::text, r.rolsuper, r.rolbypassrls, \
         (select count(*) from pg_class c where c.relowner = r.oid) \
         from pg_roles r where r.rolname = current_user",
    )
    .fetch_one(pool)
    .await?;
    let unlocked: i64 = sqlx::query_scalar(
        "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
         where n.nspname like 'rm\\_%' and c.relkind in ('r', 'p', 'v', 'm') \
           and not (c.relrowsecurity and c.relforcerowsecurity) \
           and has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')",
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
        format!("sees {unlocked} read models that have no row-level security")
    } else {
        return Ok(());
    };
    Err(ReadError::Unsafe(format!("{role} {problem}")))
}
