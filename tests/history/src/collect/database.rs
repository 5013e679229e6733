//! Reading Postgres, page by page.

use chrono::{DateTime, Utc};
use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_log::{DbRole, LogError, pool};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};

use super::CollectError;

/// Events read at once.
const PAGE: i64 = 5_000;

/// The log and the read models, each in the role that may read it.
pub(super) struct Database {
    pub log: PgPool,
    pub project: PgPool,
}

impl Database {
    pub(super) fn open(url: &str) -> Result<Self, LogError> {
        Ok(Self {
            log: pool(url, DbRole::Log, 2)?,
            project: pool(url, DbRole::Project, 2)?,
        })
    }

    /// Postgres's clock.
    pub(super) async fn now(&self) -> Result<DateTime<Utc>, CollectError> {
        Ok(sqlx::query_scalar("select clock_timestamp()")
            .fetch_one(&self.log)
            .await?)
    }

    /// Hands every event of a log to `each`, by position. Unlike the log's own reader it takes gaps
    /// as they come: finding fault with them is for the rules.
    pub(super) async fn each_event(
        &self,
        log: LogId,
        mut each: impl FnMut(&RecordedEvent) -> Result<(), CollectError>,
    ) -> Result<(), CollectError> {
        let mut after = 0_i64;
        loop {
            let rows = sqlx::query(
                "select position, event_id, tenant_id, aggregate_type, aggregate_id, sequence, event_type, \
                   event_version, payload::text, metadata::text, recorded_at \
                 from events where log_id = $1 and position > $2 order by position limit $3",
            )
            .bind(log.0)
            .bind(after)
            .bind(PAGE)
            .fetch_all(&self.log)
            .await?;
            for row in &rows {
                let event = event(log, row)?;
                after = event.position.cast_signed();
                each(&event)?;
            }
            if (rows.len() as i64) < PAGE {
                return Ok(());
            }
        }
    }
}

fn event(log: LogId, row: &PgRow) -> Result<RecordedEvent, sqlx::Error> {
    Ok(RecordedEvent {
        log,
        position: row.try_get::<i64, _>(0)?.cast_unsigned(),
        event_id: row.try_get(1)?,
        tenant_id: row.try_get(2)?,
        aggregate_type: row.try_get::<String, _>(3)?.into(),
        aggregate_id: row.try_get::<&str, _>(4)?.into(),
        sequence: row.try_get::<i64, _>(5)?.cast_unsigned(),
        event_type: row.try_get::<String, _>(6)?.into(),
        event_version: row.try_get::<String, _>(7)?.into(),
        payload: row.try_get::<String, _>(8)?.into(),
        metadata: row.try_get::<&str, _>(9)?.into(),
        recorded_at: row.try_get(10)?,
    })
}
