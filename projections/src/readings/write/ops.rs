//! Readings that come and go.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::days::{DayRow, Days, load, store};
use super::meanings;
use super::ranges::{around_counts, touched};
use crate::read_model::WriteError;
use crate::readings::meaning::Meaning;
use crate::readings::sheet::{Op, Sheet};
use crate::staged::RowKey;

/// Readings laid into days before other tasks of the thread have their turn.
const AT_ONCE: usize = 5_000;
/// Sensors whose days are in memory at the same time.
const SENSORS: usize = 2_000;

type Work<'w> = (&'w RowKey, &'w [Op], &'w Meaning);

pub(super) async fn write(
    all: &[(RowKey, Vec<Op>)],
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    for some in all.chunks(SENSORS) {
        write_some(some, connection).await?;
    }
    Ok(())
}

async fn write_some(
    some: &[(RowKey, Vec<Op>)],
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    let meanings = meanings::of(some.iter().map(|(key, _)| key), connection).await?;
    let work = some.iter().map(|(key, ops)| {
        let meaning = meanings.get(key).unwrap_or(&Meaning::UNKNOWN);
        (key, ops.as_slice(), meaning)
    });
    let (cumulative, others): (Vec<Work<'_>>, Vec<Work<'_>>) =
        work.partition(|(_, _, meaning)| meaning.is_cumulative());
    let ranges: Vec<_> = others
        .iter()
        .flat_map(|(key, ops, meaning)| touched(key, ops, meaning))
        .collect();
    let mut days = load(&ranges, connection).await?;
    if !cumulative.is_empty() {
        days.extend(around_counts(&cumulative, connection).await?);
    }
    let rows = lay(&[others, cumulative].concat(), days).await;
    store(&rows, connection).await
}

async fn lay(all: &[Work<'_>], mut days: HashMap<RowKey, Days>) -> Vec<DayRow> {
    let (mut rows, mut done) = (Vec::new(), 0);
    for (key, ops, meaning) in all {
        let mut sheet = Sheet::new(meaning, days.remove(*key).unwrap_or_default());
        sheet.apply(ops.iter().copied());
        let changed = sheet.into_changed();
        rows.extend(changed.map(|(date, day)| DayRow::new(key, date, &day)));
        done += ops.len();
        if done >= AT_ONCE {
            done = 0;
            tokio::task::yield_now().await;
        }
    }
    rows
}
