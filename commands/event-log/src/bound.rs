//! Whether a role is bound by row-level security.

use sqlx::PgPool;

/// A role as the database knows it.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The pool's role.
    pub role: String,
    /// How it could get past row-level security; `None` where it can't.
    pub escape: Option<String>,
}

/// Looks at the role of a pool: whether it may bypass row-level security, or owns what it could take
/// the locks off from, itself or as a member of another role.
///
/// # Errors
/// When Postgres can't be reached.
pub async fn bound(pool: &PgPool) -> Result<Bound, sqlx::Error> {
    let (role, superuser, bypasses, owned, through): (String, bool, bool, i64, Option<String>) =
        sqlx::query_as(
            "select r.rolname::text, r.rolsuper, r.rolbypassrls, \
             (select count(*) from pg_class c where c.relowner = r.oid), \
             (select min(s.rolname::text) from pg_roles s \
              where s.oid <> r.oid and pg_has_role(r.oid, s.oid, 'member') \
                and (s.rolsuper or s.rolbypassrls \
                     or exists (select from pg_class c where c.relowner = s.oid))) \
             from pg_roles r where r.rolname = current_user",
        )
        .fetch_one(pool)
        .await?;
    let escape = if superuser {
        Some("is a superuser".to_owned())
    } else if bypasses {
        Some("may bypass row-level security".to_owned())
    } else if owned > 0 {
        Some(format!("owns {owned} tables"))
    } else {
        through.map(|other| {
            format!("is a member of {other}, which owns tables or may bypass row-level security")
        })
    };
    Ok(Bound { role, escape })
}
