//! What is asked of readings and rollups.

use std::collections::HashMap;

use chrono::{DateTime, Days as Span, NaiveDate, Utc};
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::codec::{decode_points, decode_totals};
use super::{Point, Total};
use crate::{ReadError, TenantTx};

/// The most readings of one answer.
pub const MOST_POINTS: usize = 100_000;
/// Days read at once while readings are looked for.
const DAYS: i64 = 64;

/// A sensor's total of a day on the calendar of its building.
#[derive(Clone, Debug, PartialEq)]
pub struct DayTotal {
    pub sensor_id: String,
    pub date: NaiveDate,
    pub total: Total,
}

/// The readings of a sensor from `from` until just before `to`, by time: the first `limit` of them, at
/// most [`MOST_POINTS`].
///
/// # Errors
/// [`ReadError`] when Postgres can't be reached or the read model isn't ready.
pub async fn points(
    tx: &mut TenantTx,
    sensor: &str,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    limit: usize,
) -> Result<Vec<Point>, ReadError> {
    let limit = limit.min(MOST_POINTS);
    let within = from.timestamp_millis()..to.timestamp_millis();
    let (mut after, last) = (day_around(from, false), day_around(to, true));
    let mut found = Vec::new();
    while found.len() < limit {
        let rows = sqlx::query(
            "/* readings v2 */ select day, points from readings \
             where tenant_id = $1 and id = $2 and day > $3 and day <= $4 and count > 0 order by day limit $5",
        )
        .bind(tx.tenant())
        .bind(sensor)
        .bind(after)
        .bind(last)
        .bind(DAYS)
        .fetch_all(&mut **tx)
        .await?;
        let Some(newest) = rows.last() else { break };
        after = newest.try_get(0)?;
        for row in &rows {
            let day = read(row.try_get(1)?)?;
            found.extend(
                day.into_iter()
                    .filter(|point| within.contains(&point.at_ms)),
            );
        }
    }
    found.truncate(limit);
    Ok(found)
}

/// The newest reading of each sensor that has any.
///
/// # Errors
/// As for [`points`].
pub async fn last(
    tx: &mut TenantTx,
    sensors: &[&str],
) -> Result<HashMap<String, Point>, ReadError> {
    let rows = sqlx::query(
        "/* readings v2 */ select w.id, r.points from unnest($2::text[]) w (id) \
         cross join lateral (select points from readings r where r.tenant_id = $1 and r.id = w.id and r.count > 0 \
                              order by r.day desc limit 1) r",
    )
    .bind(tx.tenant())
    .bind(sensors)
    .fetch_all(&mut **tx)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(point) = read(row.try_get(1)?)?.last() {
            found.insert(row.try_get(0)?, *point);
        }
    }
    Ok(found)
}

/// The readings of a sensor at these times (milliseconds since 1970), where there are any.
///
/// # Errors
/// As for [`points`].
pub async fn known(
    tx: &mut TenantTx,
    sensor: &str,
    times: &[i64],
) -> Result<HashMap<i64, Point>, ReadError> {
    let moment = |at_ms: &i64| DateTime::from_timestamp_millis(*at_ms).unwrap_or_default();
    // The calendar of the building is at most a day away from that of UTC.
    let mut days: Vec<NaiveDate> = times
        .iter()
        .map(moment)
        .flat_map(|at| [day_around(at, false), at.date_naive(), day_around(at, true)])
        .collect();
    days.sort_unstable();
    days.dedup();
    let rows = sqlx::query(
        "/* readings v2 */ select r.points from unnest($3::date[]) w (day) \
         join readings r on r.tenant_id = $1 and r.id = $2 and r.day = w.day",
    )
    .bind(tx.tenant())
    .bind(sensor)
    .bind(days)
    .fetch_all(&mut **tx)
    .await?;
    let mut there = HashMap::new();
    for row in rows {
        let points = read(row.try_get(0)?)?;
        there.extend(points.into_iter().map(|point| (point.at_ms, point)));
    }
    let asked = times.iter().filter_map(|at| Some((*at, *there.get(at)?)));
    Ok(asked.collect())
}

/// The totals of days, by sensor and date.
///
/// # Errors
/// As for [`points`].
pub async fn day_totals(
    tx: &mut TenantTx,
    sensors: &[&str],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DayTotal>, ReadError> {
    let rows = totals(tx, "total", sensors, first, last).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let total = decode(row)?.first().copied();
        found.extend(total.map(|total| of_day(row, total)).transpose()?);
    }
    Ok(found)
}

/// The totals of the hours of days, by sensor and time, each with the date of its day.
///
/// # Errors
/// As for [`points`].
pub async fn hour_totals(
    tx: &mut TenantTx,
    sensors: &[&str],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<DayTotal>, ReadError> {
    let rows = totals(tx, "hours", sensors, first, last).await?;
    let mut found = Vec::with_capacity(rows.len() * 24);
    for row in &rows {
        for hour in decode(row)? {
            found.push(of_day(row, hour)?);
        }
    }
    Ok(found)
}

async fn totals(
    tx: &mut TenantTx,
    column: &'static str,
    sensors: &[&str],
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<PgRow>, ReadError> {
    let sql = format!(
        "/* readings v2 */ select r.id, r.day, r.{column} from unnest($2::text[]) w (id) \
         join readings r on r.tenant_id = $1 and r.id = w.id and r.day between $3 and $4 order by r.id, r.day"
    );
    let rows = sqlx::query(&sql)
        .bind(tx.tenant())
        .bind(sensors)
        .bind(first)
        .bind(last)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows)
}

fn of_day(row: &PgRow, total: Total) -> Result<DayTotal, ReadError> {
    Ok(DayTotal {
        sensor_id: row.try_get(0)?,
        date: row.try_get(1)?,
        total,
    })
}

fn decode(row: &PgRow) -> Result<Vec<Total>, ReadError> {
    decode_totals(row.try_get(2)?).ok_or_else(unreadable)
}

fn read(bytes: &[u8]) -> Result<Vec<Point>, ReadError> {
    decode_points(bytes).ok_or_else(unreadable)
}

fn unreadable() -> ReadError {
    ReadError::Unavailable("a day of readings can't be read".into())
}

/// The date of UTC, and one more or less.
fn day_around(at: DateTime<Utc>, later: bool) -> NaiveDate {
    let date = at.date_naive();
    let moved = if later {
        date.checked_add_days(Span::new(1))
    } else {
        date.checked_sub_days(Span::new(2))
    };
    moved.unwrap_or(date)
}
