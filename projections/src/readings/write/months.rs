//! Partitions, made before they are needed.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use sqlx::PgConnection;

use super::days::DayRow;

/// Days of other years stand in the partition for the rest.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// Makes those months that are missing. The owner's function does it: who projects owns nothing.
pub(super) async fn make(
    rows: &[DayRow],
    connection: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let months: BTreeSet<NaiveDate> = rows.iter().filter_map(|row| month(row.date)).collect();
    let months: Vec<NaiveDate> = months.into_iter().collect();
    let missing: Vec<NaiveDate> = sqlx::query_scalar(
        "/* readings v2 */ select m from unnest($1::date[]) m \
         where to_regclass(current_schema() || '.readings_' || to_char(m, 'YYYY_MM')) is null",
    )
    .bind(&months)
    .fetch_all(&mut *connection)
    .await?;
    if !missing.is_empty() {
        sqlx::query("select public.make_reading_months(current_schema(), $1)")
            .bind(&missing)
            .execute(connection)
            .await?;
    }
    Ok(())
}

fn month(day: NaiveDate) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(day.year(), day.month(), 1);
    first.filter(|_| YEARS.contains(&day.year()))
}
