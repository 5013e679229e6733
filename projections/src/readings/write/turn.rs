//! Readings of both logs meet in the same rows: while what sensors mean changes, nobody writes readings.
//! A turn ends when rows were derived anew, and with it what is remembered of them.

use sqlx::{PgConnection, Row};

use crate::simple;

const SHARED: &str = "select pg_advisory_xact_lock_shared(hashtextextended(current_schema(), 0)); \
                      select case when is_called then last_value else 0 end from reading_turns";
const ALONE: &str = "select pg_advisory_xact_lock(hashtextextended(current_schema(), 0))";
/// A number that is never given back: at worst something is forgotten for nothing.
const END: &str = "select nextval('reading_turns')";

/// Readings are about to be written, beside those of other logs; answers the turn.
pub(super) async fn shared(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let rows = simple::rows(connection, SHARED).await?;
    rows.last().ok_or(sqlx::Error::RowNotFound)?.try_get(0)
}

/// What sensors mean is about to change.
pub(super) async fn alone(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    simple::run(connection, ALONE).await
}

/// Rows were derived anew.
pub(super) async fn end(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    simple::run(connection, END).await
}
