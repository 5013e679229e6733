//! What is asked of forecasts.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;

use super::{Kept, Of};
use crate::{ReadError, TenantTx};

/// The most forecasts of one answer.
const MOST: i64 = 400;

/// The newest forecast.
///
/// # Errors
/// [`ReadError`] when Postgres can't be reached, or holds what can't be read.
pub async fn newest(tx: &mut TenantTx, of: Of, subject: &str) -> Result<Option<Kept>, ReadError> {
    let row = sqlx::query(
        "select origin, made_at, unit, per_reading, forecast from forecasts.kept \
         where tenant_id = $1 and kind = $2 and subject = $3 order by origin desc limit 1",
    )
    .bind(tx.tenant())
    .bind(of.as_str())
    .bind(subject)
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(kept).transpose()
}

/// Forecasts that tell of a stretch of time, the oldest first.
///
/// # Errors
/// As for [`newest`].
pub async fn made_between(
    tx: &mut TenantTx,
    (of, subject): (Of, &str),
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Kept>, ReadError> {
    // None reaches further than a week.
    let rows = sqlx::query(
        "select origin, made_at, unit, per_reading, forecast from forecasts.kept \
         where tenant_id = $1 and kind = $2 and subject = $3 \
           and origin > $4 - interval '8 days' and origin <= $5 order by origin limit $6",
    )
    .bind(tx.tenant())
    .bind(of.as_str())
    .bind(subject)
    .bind(from)
    .bind(to)
    .bind(MOST)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(kept).collect()
}

/// Why there is no newer forecast; `None` where nobody has tried yet, or it went well.
///
/// # Errors
/// As for [`newest`].
pub async fn why_not(
    tx: &mut TenantTx,
    of: Of,
    subject: &str,
) -> Result<Option<String>, ReadError> {
    let reason: Option<Option<String>> = sqlx::query_scalar(
        "select reason from forecasts.subjects where tenant_id = $1 and kind = $2 and subject = $3",
    )
    .bind(tx.tenant())
    .bind(of.as_str())
    .bind(subject)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(reason.flatten())
}

fn kept(row: &PgRow) -> Result<Kept, ReadError> {
    let Json(forecast) = row.try_get(4)?;
    Ok(Kept {
        origin: row.try_get(0)?,
        made_at: row.try_get(1)?,
        unit: row.try_get(2)?,
        per_reading: row.try_get(3)?,
        forecast,
    })
}
