//! A verification, pass by pass.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_log::LogStore;
use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::{Difference, Expected, Problem, VerifyReport};
use crate::closed::Closed;
use crate::generation::{Generation, checkpoints, live};
use crate::read_model::RowModel;
use crate::runtime::Client;
use crate::staged::{RowKey, row_key};
use crate::{AdminError, ReadError};

/// Aggregates held in memory at once; with more rows the log is folded in several passes, each for
/// a share of the ids.
const MOST_IN_MEMORY: u64 = 250_000;
/// The most differences named.
const MOST_NAMED: usize = 100;
/// Events read at once.
const CHUNK: usize = 5_000;

/// Two hashes with different beginnings: 128 bits.
type Hash = (u64, u64);

/// Which ids a pass is about: those whose hash has this rest.
#[derive(Clone, Copy)]
struct Share {
    number: u64,
    of: u64,
}

impl Share {
    fn has(self, (tenant, id): (&Uuid, &str)) -> bool {
        self.of == 1
            || BuildHasherDefault::<DefaultHasher>::default().hash_one((tenant, id)) % self.of
                == self.number
    }
}

/// Folds the log up to the live checkpoint and compares.
pub(crate) async fn verify<M: RowModel>(
    client: &Client,
    store: &LogStore,
) -> Result<VerifyReport, AdminError> {
    let mut connection = client.reader().await?;
    let generation = live(M::NAME, &mut connection).await?;
    let generation = generation.ok_or_else(|| ReadError::NotReady(M::NAME.to_string()))?;
    let count = format!("select count(*) from {}.{}", generation.schema, M::TABLE);
    let rows: i64 = sqlx::query_scalar(&count)
        .fetch_one(&mut connection)
        .await?;
    let closed = Closed::load(&mut connection).await?;
    let passes = rows.cast_unsigned().div_ceil(MOST_IN_MEMORY).max(1);
    let mut report = VerifyReport {
        name: M::NAME.as_str(),
        version: M::NAME.version(),
        generation: generation.number,
        positions: Vec::new(),
        rows: 0,
        events: 0,
        differing: 0,
        differences: Vec::new(),
    };
    for number in 0..passes {
        let share = Share { number, of: passes };
        let (positions, stored) = stored_rows::<M>(&generation, share, &mut connection).await?;
        report.rows += stored.len() as u64;
        let mut expected = HashMap::new();
        for (log, until) in &positions {
            report.events += fold::<M>(store, *log, *until, share, &mut expected).await?;
            expected.retain(|(tenant, _), _| !closed.has(*tenant));
        }
        compare::<M>(&stored, &expected, &mut report);
        report.positions = positions.into_iter().collect();
    }
    report.differences.sort();
    Ok(report)
}

/// The hashes of the live rows and the checkpoints they stand at, of one short snapshot.
async fn stored_rows<M: RowModel>(
    generation: &Generation,
    share: Share,
    connection: &mut PgConnection,
) -> Result<(BTreeMap<LogId, u64>, HashMap<RowKey, Hash>), ReadError> {
    let mut snapshot = connection
        .begin_with("begin isolation level repeatable read read only")
        .await?;
    let positions = checkpoints(generation, &mut *snapshot).await?;
    let sql = format!("select * from {}.{}", generation.schema, M::TABLE);
    let mut found = HashMap::new();
    let mut rows = sqlx::query(&sql).fetch(&mut *snapshot);
    while let Some(row) = rows.try_next().await? {
        let (tenant, id): (Uuid, &str) = (row.try_get("tenant_id")?, row.try_get("id")?);
        if share.has((&tenant, id)) {
            found.insert((tenant, id.into()), hash(&M::Expected::stored(&row)?));
        }
    }
    drop(rows);
    snapshot.rollback().await?;
    Ok((
        positions.into_iter().map(|c| (c.log, c.position)).collect(),
        found,
    ))
}

/// Folds one log up to a position; answers how many events there were.
async fn fold<M: RowModel>(
    store: &LogStore,
    log: LogId,
    until: u64,
    share: Share,
    expected: &mut HashMap<RowKey, M::Expected>,
) -> Result<u64, AdminError> {
    let mut at = 0;
    while at < until {
        let most = usize::try_from(until - at).unwrap_or(usize::MAX).min(CHUNK);
        let events = store.read(log, at, most).await.map_err(ReadError::from)?;
        let Some(last) = events.last() else {
            let text = format!("log {log} ends at {at}, the projection is at {until}");
            return Err(AdminError::Unreadable(text));
        };
        at = last.position;
        for event in &events {
            take::<M>(event, share, expected)?;
        }
    }
    Ok(until)
}

fn take<M: RowModel>(
    event: &RecordedEvent,
    share: Share,
    expected: &mut HashMap<RowKey, M::Expected>,
) -> Result<(), AdminError> {
    if event.aggregate_type != M::AGGREGATE || !share.has((&event.tenant_id, event.local_id())) {
        return Ok(());
    }
    let folded = expected.entry(row_key(event)).or_default().fold(event);
    folded.map_err(|reason| {
        AdminError::Unreadable(format!("log {} at {}: {reason}", event.log, event.position))
    })
}

fn compare<M: RowModel>(
    stored: &HashMap<RowKey, Hash>,
    expected: &HashMap<RowKey, M::Expected>,
    report: &mut VerifyReport,
) {
    let mut found = |(tenant_id, id): &RowKey, problem| {
        report.differing += 1;
        if report.differences.len() < MOST_NAMED {
            report.differences.push(Difference {
                tenant_id: *tenant_id,
                id: id.to_string(),
                problem,
            });
        }
    };
    for (key, aggregate) in expected {
        match (aggregate.row(&key.1).as_deref().map(hash), stored.get(key)) {
            (Some(expected), Some(stored)) if expected == *stored => {}
            (Some(_), Some(_)) => found(key, Problem::Different),
            (Some(_), None) => found(key, Problem::Missing),
            (None, Some(_)) => found(key, Problem::Surplus),
            (None, None) => {}
        }
    }
    for key in stored.keys().filter(|key| !expected.contains_key(*key)) {
        found(key, Problem::Surplus);
    }
}

fn hash(text: &str) -> Hash {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    (hasher.hash_one((0_u8, text)), hasher.hash_one((1_u8, text)))
}
