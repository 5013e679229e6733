//! Rows of sensors whose readings mean something else than they did.

use std::collections::HashMap;

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::days::{DayRow, load_all, reported, store};
use crate::read_model::{ROWS_PER_STATEMENT, WriteError};
use crate::readings::meaning::Meaning;
use crate::readings::sheet::Sheet;
use crate::staged::RowKey;

/// Makes all days of these sensors anew from their readings; answers whether there were any.
pub(super) async fn derive(
    changed: HashMap<RowKey, Meaning>,
    connection: &mut PgConnection,
) -> Result<bool, WriteError> {
    let keys: Vec<&RowKey> = changed.keys().collect();
    let mut any = false;
    for some in keys.chunks(ROWS_PER_STATEMENT) {
        // Mostly sensors are installed before they report.
        for key in reported(some, connection).await? {
            if let Some(meaning) = changed.get(&key) {
                derive_one(&key, meaning, connection).await?;
                any = true;
            }
        }
    }
    Ok(any)
}

async fn derive_one(
    key: &RowKey,
    meaning: &Meaning,
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    let days = load_all(key, connection).await?;
    let mut rows: HashMap<NaiveDate, DayRow> = days
        .keys()
        .map(|date| (*date, DayRow::gone(key, *date)))
        .collect();
    let points = days.into_values().flat_map(|day| day.points);
    for (date, day) in Sheet::derive(meaning, points).into_changed() {
        let row = (!day.is_empty()).then(|| day.encode());
        rows.insert(date, DayRow::new(key, date, row));
    }
    let rows: Vec<DayRow> = rows.into_values().collect();
    store(&rows, connection).await
}
