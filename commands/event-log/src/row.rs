//! Rows of `events` as recorded events.

use bytes::Bytes;
use flowgrid_bus::{LogId, RecordedEvent, intern};
use sqlx::postgres::PgRow;
use sqlx::{Row, ValueRef};

use crate::LogError;

/// The columns that [`decode`] takes, in its order.
pub(crate) const COLUMNS: &str = "position, event_id, tenant_id, aggregate_type, aggregate_id, sequence, \
     event_type, event_version, payload, metadata, recorded_at";

pub(crate) fn decode(log: LogId, row: &PgRow) -> Result<RecordedEvent, LogError> {
    Ok(RecordedEvent {
        log,
        position: row.try_get::<i64, _>(0)?.cast_unsigned(),
        event_id: row.try_get(1)?,
        tenant_id: row.try_get(2)?,
        aggregate_type: intern(row.try_get(3)?),
        aggregate_id: row.try_get::<&str, _>(4)?.into(),
        sequence: row.try_get::<i64, _>(5)?.cast_unsigned(),
        event_type: intern(row.try_get(6)?),
        event_version: intern(row.try_get(7)?),
        payload: Bytes::copy_from_slice(json_text(row, 8)?.as_bytes()),
        metadata: json_text(row, 9)?.into(),
        recorded_at: row.try_get(10)?,
    })
}

/// `json` travels as its text in both of Postgres's formats, so nothing needs to be parsed here.
fn json_text(row: &PgRow, column: usize) -> Result<&str, LogError> {
    let value = row.try_get_raw(column)?;
    if value.is_null() {
        return Err(LogError::Corrupt(format!("column {column} is null")));
    }
    value
        .as_str()
        .map_err(|error| LogError::Corrupt(error.to_string()))
}
