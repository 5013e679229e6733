//! What lies on disk.

use sqlx::PgConnection;

use crate::Result;

/// All of it, in bytes: log, read models, and what little else there is.
pub(super) async fn of_database(db: &mut PgConnection) -> Result<i64> {
    // Pages that nothing was written to yet are counted as they are on disk.
    sqlx::raw_sql("checkpoint").execute(&mut *db).await?;
    let size = "select pg_database_size(current_database())";
    Ok(sqlx::query_scalar(size).fetch_one(db).await?)
}

/// Tables and indexes of a read model that is live.
pub(super) async fn of_model(db: &mut PgConnection, model: &str) -> Result<i64> {
    let size = "select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint from pg_class c \
        join pg_namespace n on n.oid = c.relnamespace \
        join projection_live l on l.schema_name = n.nspname \
        where l.name = $1 and c.relkind = 'r'";
    Ok(sqlx::query_scalar(size).bind(model).fetch_one(db).await?)
}
