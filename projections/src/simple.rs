//! The simple protocol: several statements in one round trip, planned each time.

use sqlx::postgres::PgRow;
use sqlx::{Executor, PgConnection};

/// Runs statements that answer nothing.
pub(crate) async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    connection.execute(sql).await?;
    Ok(())
}

/// Runs statements and collects all rows they answer.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<Vec<PgRow>, sqlx::Error> {
    connection.fetch_all(sql).await
}
