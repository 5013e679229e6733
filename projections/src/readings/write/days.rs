//! The statements on days.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::months;
use super::ranges::Range;
use crate::read_model::{ROWS_PER_STATEMENT, WriteError};
use crate::readings::day::{Day, Encoded};
use crate::staged::RowKey;

/// A day on its way into its row; without content it has none.
pub(in crate::readings) struct DayRow {
    pub key: RowKey,
    pub date: NaiveDate,
    pub day: Option<Encoded>,
}

/// The days of a sensor.
pub(super) type Days = BTreeMap<NaiveDate, Day>;

/// Key by key (`offset 0` keeps it so): a plan that was made while the table was empty would hold each row against
/// all keys.
const LOAD: &str = "/* readings v2 */ \
    select w.tenant_id, w.id, r.day, r.points, r.total, r.hours \
    from unnest($1::uuid[], $2::text[], $3::date[], $4::date[]) w (tenant_id, id, first, last) \
    cross join lateral (select r.day, r.points, r.total, r.hours from readings r \
      where r.tenant_id = w.tenant_id and r.id = w.id and r.day between w.first and w.last offset 0) r";

const REPORTED: &str = "/* readings v2 */ \
    select w.tenant_id, w.id from unnest($1::uuid[], $2::text[]) w (tenant_id, id) \
    cross join lateral (select 1 from readings r where r.tenant_id = w.tenant_id and r.id = w.id limit 1) r";

const LOAD_ALL: &str = "/* readings v2 */ \
    select tenant_id, id, day, points, total, hours from readings where tenant_id = $1 and id = $2";

const PUT: &str = "/* readings v2 */ \
    insert into readings (tenant_id, id, day, count, points, total, hours) \
    select * from unnest($1::uuid[], $2::text[], $3::date[], $4::int4[], $5::bytea[], $6::bytea[], $7::bytea[]) \
    on conflict (tenant_id, id, day) do update set count = excluded.count, points = excluded.points, \
      total = excluded.total, hours = excluded.hours";

const DELETE: &str = "/* readings v2 */ \
    delete from readings r using unnest($1::uuid[], $2::text[], $3::date[]) w (tenant_id, id, day) \
    where r.tenant_id = w.tenant_id and r.id = w.id and r.day = w.day";

impl DayRow {
    pub(super) fn gone(key: &RowKey, date: NaiveDate) -> Self {
        Self {
            key: key.clone(),
            date,
            day: None,
        }
    }

    pub(super) fn new(key: &RowKey, date: NaiveDate, day: Option<Encoded>) -> Self {
        Self {
            key: key.clone(),
            date,
            day,
        }
    }
}

/// Those of the sensors that have any days.
pub(super) async fn reported(
    keys: &[&RowKey],
    connection: &mut PgConnection,
) -> Result<HashSet<RowKey>, WriteError> {
    let rows = sqlx::query(REPORTED)
        .bind(tenants(keys.iter().copied()))
        .bind(ids(keys.iter().copied()))
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get::<&str, _>(1)?.into())))
        .collect()
}

/// All days of one sensor.
pub(super) async fn load_all(
    key: &RowKey,
    connection: &mut PgConnection,
) -> Result<Days, WriteError> {
    let rows = sqlx::query(LOAD_ALL)
        .bind(key.0)
        .bind(&*key.1)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(2)?, decode(row)?)))
        .collect()
}

/// The days of those ranges that have a row, by sensor.
pub(super) async fn load(
    ranges: &[Range<'_>],
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Days>, WriteError> {
    let mut found: HashMap<RowKey, Days> = HashMap::new();
    for some in ranges.chunks(ROWS_PER_STATEMENT) {
        let rows = sqlx::query(LOAD)
            .bind(some.iter().map(|range| range.key.0).collect::<Vec<_>>())
            .bind(
                some.iter()
                    .map(|range| &*range.key.1)
                    .collect::<Vec<&str>>(),
            )
            .bind(some.iter().map(|range| range.first).collect::<Vec<_>>())
            .bind(some.iter().map(|range| range.last).collect::<Vec<_>>())
            .fetch_all(&mut *connection)
            .await?;
        for row in rows {
            let key = (row.try_get(0)?, row.try_get::<&str, _>(1)?.into());
            let date = row.try_get(2)?;
            found.entry(key).or_default().insert(date, decode(&row)?);
        }
    }
    Ok(found)
}

fn decode(row: &PgRow) -> Result<Day, WriteError> {
    Day::decode(row.try_get(3)?, row.try_get(4)?, row.try_get(5)?)
        .ok_or_else(|| WriteError::NotWhole("a day's row can't be read".into()))
}

/// Writes days: those that are empty lose their rows.
pub(super) async fn store(
    rows: &[DayRow],
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    months::make(rows, connection).await?;
    for some in rows.chunks(ROWS_PER_STATEMENT) {
        let (mut put, mut gone) = (Vec::new(), Vec::new());
        for row in some {
            match &row.day {
                Some(day) => put.push((&row.key, row.date, day)),
                None => gone.push((&row.key, row.date)),
            }
        }
        if !put.is_empty() {
            upsert(&put, connection).await?;
        }
        if !gone.is_empty() {
            delete(&gone, connection).await?;
        }
    }
    Ok(())
}

async fn upsert(
    rows: &[(&RowKey, NaiveDate, &Encoded)],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let bytes = |of: fn(&Encoded) -> &Vec<u8>| -> Vec<&[u8]> {
        rows.iter().map(|(_, _, day)| of(day).as_slice()).collect()
    };
    sqlx::query(PUT)
        .bind(tenants(rows.iter().map(|row| row.0)))
        .bind(ids(rows.iter().map(|row| row.0)))
        .bind(rows.iter().map(|row| row.1).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.2.count).collect::<Vec<_>>())
        .bind(bytes(|day| &day.points))
        .bind(bytes(|day| &day.total))
        .bind(bytes(|day| &day.hours))
        .execute(connection)
        .await?;
    Ok(())
}

async fn delete(
    rows: &[(&RowKey, NaiveDate)],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    sqlx::query(DELETE)
        .bind(tenants(rows.iter().map(|row| row.0)))
        .bind(ids(rows.iter().map(|row| row.0)))
        .bind(rows.iter().map(|row| row.1).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

fn tenants<'k>(keys: impl Iterator<Item = &'k RowKey>) -> Vec<Uuid> {
    keys.map(|key| key.0).collect()
}

fn ids<'k>(keys: impl Iterator<Item = &'k RowKey>) -> Vec<&'k str> {
    keys.map(|key| &*key.1).collect()
}
