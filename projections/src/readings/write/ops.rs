//! Readings that come and go.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::around::{Span, around};
use super::days::{DayRow, load, store};
use super::meanings;
use super::ranges::Range;
use super::work::Work;
use crate::read_model::WriteError;
use crate::readings::meaning::Meaning;
use crate::readings::memory::{Known, Memory};
use crate::readings::sheet::Op;
use crate::readings::tail::Tail;
use crate::staged::RowKey;

/// Readings laid into days before other tasks of the thread have their turn.
const AT_ONCE: usize = 5_000;
/// Sensors whose days are in memory at the same time.
const SENSORS: usize = 2_000;

pub(super) async fn write(
    all: &[(RowKey, Vec<Op>)],
    memory: &mut Memory,
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    for some in all.chunks(SENSORS) {
        let mut all = begin(some, memory, connection).await?;
        recall(&mut all, connection).await?;
        let rows = lay(&mut all).await;
        store(&rows, connection).await?;
        for Work { key, known, .. } in all {
            memory.keep(key, known);
        }
    }
    Ok(())
}

/// What their readings mean.
async fn begin<'w>(
    some: &'w [(RowKey, Vec<Op>)],
    memory: &mut Memory,
    connection: &mut PgConnection,
) -> Result<Vec<Work<'w>>, WriteError> {
    let known: Vec<_> = some.iter().map(|(key, _)| memory.take(key)).collect();
    let unknown = some.iter().zip(&known).filter(|(_, known)| known.is_none());
    let unknown: Vec<&RowKey> = unknown.map(|((key, _), _)| key).collect();
    let mut meanings = if unknown.is_empty() {
        HashMap::new()
    } else {
        meanings::of(unknown.into_iter(), connection).await?
    };
    let all = some.iter().zip(known).map(|((key, ops), known)| {
        let known = known.unwrap_or_else(|| Known {
            meaning: meanings.remove(key).unwrap_or(Meaning::UNKNOWN),
            tail: Tail::NOTHING,
        });
        Work::new(key, ops, known)
    });
    Ok(all.collect())
}

/// The days that they need: as remembered, else from the tables.
async fn recall(all: &mut [Work<'_>], connection: &mut PgConnection) -> Result<(), WriteError> {
    let mut missing = Vec::new();
    for work in all {
        if !work.recall()? {
            missing.push(work);
        }
    }
    let (mut counting, mut others): (Vec<_>, Vec<_>) =
        missing.into_iter().partition(|work| work.counts());
    let spans = counting
        .iter()
        .filter_map(|work| Span::of(work.key, work.ops, &work.known.meaning));
    let mut found = around(spans.collect(), connection).await?;
    for work in &mut counting {
        if let Some(around) = found.remove(work.key) {
            work.read(around.days, around.known);
        }
    }
    let ranges: Vec<Vec<Range<'_>>> = others.iter().map(|work| work.touched()).collect();
    let mut found = load(&ranges.concat(), connection).await?;
    for (work, ranges) in others.iter_mut().zip(ranges) {
        let days = found.remove(work.key).unwrap_or_default();
        if let Some(newest) = ranges.last() {
            work.read(days, (newest.first, newest.last));
        }
    }
    Ok(())
}

async fn lay(all: &mut [Work<'_>]) -> Vec<DayRow> {
    let (mut rows, mut done) = (Vec::new(), 0);
    for work in all {
        work.lay(&mut rows);
        done += work.ops.len();
        if done >= AT_ONCE {
            done = 0;
            tokio::task::yield_now().await;
        }
    }
    rows
}
