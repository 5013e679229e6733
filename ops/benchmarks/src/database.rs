//! Postgres of the server under test, as its owner.

use sqlx::{Connection, PgConnection};

use crate::Result;

/// The domain log, on which the organizations of the benches live.
pub(crate) const DOMAIN_LOG: i16 = 1;

pub(crate) async fn connect(url: &str) -> Result<PgConnection> {
    Ok(PgConnection::connect(url).await?)
}

/// How many events the log holds, and its newest position; the two are equal in a sound log.
pub(crate) async fn events(db: &mut PgConnection) -> Result<(u64, u64)> {
    let (count, newest): (i64, i64) =
        sqlx::query_as("select count(*), coalesce(max(position), 0) from events where log_id = $1")
            .bind(DOMAIN_LOG)
            .fetch_one(db)
            .await?;
    Ok((u64::try_from(count)?, u64::try_from(newest)?))
}

/// Writes back what the phase before has left to write, so that it isn't held against the next.
pub(crate) async fn checkpoint(db: &mut PgConnection) -> Result<()> {
    sqlx::raw_sql("checkpoint").execute(db).await?;
    Ok(())
}
