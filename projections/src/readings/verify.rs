//! Rows of readings, held against both logs: every sensor's readings are gathered from the log alone, in memory,
//! and its days derived from them at once.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use chrono::NaiveDate;
use flowgrid_bus::LogId;
use flowgrid_domain::Decider;
use flowgrid_domain::readings::OnConflict;
use flowgrid_domain::sensors::{Sensor, SensorEvent};
use flowgrid_log::LogStore;
use futures_util::TryStreamExt;
use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::batch::{ReadingsBatch, ReadingsWrites};
use super::day::Encoded;
use super::meaning::Meaning;
use super::sheet::{Op, Sheet};
use super::{Point, UTC};
use crate::closed::Closed;
use crate::generation::{Generation, checkpoints, live};
use crate::read_model::Batch;
use crate::runtime::Client;
use crate::staged::RowKey;
use crate::verify::{Difference, Problem, VerifyReport};
use crate::{AdminError, ModelName, ReadError};

/// Readings held in memory at once (some 40 bytes each); with more the log is folded in several passes, each
/// for a share of the sensors.
const MOST_IN_MEMORY: u64 = 10_000_000;
const MOST_NAMED: usize = 100;
const CHUNK: usize = 1_000;

/// What stands in a row, as a hash.
type Hash = (u64, u64);
type Rows = HashMap<(RowKey, NaiveDate), Hash>;

/// Which sensors a pass is about.
#[derive(Clone, Copy)]
struct Share {
    number: u64,
    of: u64,
}

impl Share {
    fn has(self, key: &RowKey) -> bool {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        self.of == 1 || hasher.hash_one((&key.0, &*key.1)) % self.of == self.number
    }
}

/// What the logs say of sensors.
#[derive(Default)]
struct Folded {
    points: HashMap<RowKey, BTreeMap<i64, Point>>,
    sensors: HashMap<RowKey, (Sensor, Option<String>)>,
    zones: HashMap<RowKey, String>,
}

pub(super) async fn verify(client: &Client, store: &LogStore) -> Result<VerifyReport, AdminError> {
    let model = ModelName::Readings;
    let mut connection = client.reader().await?;
    let generation = live(model, &mut connection).await?;
    let generation = generation.ok_or_else(|| ReadError::NotReady(model.to_string()))?;
    let closed = Closed::load(&mut connection).await?;
    let passes = passes(&generation, &mut connection).await?;
    let mut report = VerifyReport {
        name: model.as_str(),
        version: model.version(),
        generation: generation.number,
        positions: Vec::new(),
        rows: 0,
        events: 0,
        differing: 0,
        differences: Vec::new(),
    };
    for number in 0..passes {
        let share = Share { number, of: passes };
        let (positions, stored) = stored(&generation, share, &mut connection).await?;
        report.rows += stored.len() as u64;
        let mut folded = Folded::default();
        for (log, until) in &positions {
            report.events += fold(store, *log, *until, share, &closed, &mut folded).await?;
        }
        compare(&stored, &folded.rows(), &mut report);
        report.positions = positions;
    }
    report.differences.sort();
    Ok(report)
}

async fn passes(generation: &Generation, connection: &mut PgConnection) -> Result<u64, ReadError> {
    let count = format!(
        "select coalesce(sum(count), 0)::int8 from {}.readings",
        generation.schema
    );
    let points: i64 = sqlx::query_scalar(&count).fetch_one(connection).await?;
    Ok(points.cast_unsigned().div_ceil(MOST_IN_MEMORY).max(1))
}

async fn stored(
    generation: &Generation,
    share: Share,
    connection: &mut PgConnection,
) -> Result<(Vec<(LogId, u64)>, Rows), ReadError> {
    let mut snapshot = connection
        .begin_with("begin isolation level repeatable read read only")
        .await?;
    let positions = checkpoints(generation, &mut *snapshot).await?;
    let sql = format!(
        "select tenant_id, id, day, count, points, total, hours from {}.readings",
        generation.schema
    );
    let mut found = Rows::new();
    let mut rows = sqlx::query(&sql).fetch(&mut *snapshot);
    while let Some(row) = rows.try_next().await? {
        let key: RowKey = (row.try_get(0)?, row.try_get::<&str, _>(1)?.into());
        if share.has(&key) {
            let day = Encoded {
                count: row.try_get(3)?,
                points: row.try_get(4)?,
                total: row.try_get(5)?,
                hours: row.try_get(6)?,
            };
            found.insert((key, row.try_get(2)?), hash(&day));
        }
    }
    drop(rows);
    snapshot.rollback().await?;
    let positions = positions.into_iter().map(|c| (c.log, c.position));
    Ok((positions.collect(), found))
}

/// Folds one log up to a position; answers how many events there were.
async fn fold(
    store: &LogStore,
    log: LogId,
    until: u64,
    share: Share,
    closed: &Closed,
    folded: &mut Folded,
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
        let mut batch = ReadingsBatch::default();
        for event in events.iter().filter(|event| !closed.has(event.tenant_id)) {
            batch.stage(event).map_err(|reason| {
                AdminError::Unreadable(format!("log {log} at {}: {reason}", event.position))
            })?;
        }
        folded.take(batch.into_writes(), share);
    }
    Ok(until)
}

impl Folded {
    fn take(&mut self, writes: ReadingsWrites, share: Share) {
        self.zones.extend(writes.zones);
        let ours = |key: &RowKey| share.has(key);
        for (key, events) in writes.sensors.into_iter().filter(|(key, _)| ours(key)) {
            let (sensor, zone) = self.sensors.entry(key).or_default();
            for event in &events {
                if let SensorEvent::Installed(installed) = event {
                    zone.clone_from(&installed.time_zone);
                }
                sensor.evolve(event);
            }
        }
        for (key, ops) in writes.ops.into_iter().filter(|(key, _)| ours(key)) {
            let points = self.points.entry(key).or_default();
            ops.into_iter().for_each(|op| settle(points, op));
        }
    }

    fn meaning(&self, key: &RowKey) -> Meaning {
        let Some((sensor, at_first)) = self.sensors.get(key) else {
            return Meaning::UNKNOWN;
        };
        sensor.details().map_or(Meaning::UNKNOWN, |details| {
            let building: RowKey = (key.0, details.installed.building_id.as_str().into());
            let zone = self.zones.get(&building).or(at_first.as_ref());
            Meaning::of(details, zone.map_or(UTC, String::as_str))
        })
    }

    fn rows(&self) -> Rows {
        let mut rows = Rows::new();
        for (key, points) in &self.points {
            let meaning = self.meaning(key);
            for (date, day) in Sheet::derive(&meaning, points.values().copied()).into_changed() {
                if !day.is_empty() {
                    rows.insert((key.clone(), date), hash(&day.encode()));
                }
            }
        }
        rows
    }
}

/// Which reading of a time stays.
fn settle(points: &mut BTreeMap<i64, Point>, op: Op) {
    match op {
        Op::Void { at_ms } => {
            points.remove(&at_ms);
        }
        Op::Put(point, OnConflict::Correct) => {
            points.insert(point.at_ms, point);
        }
        Op::Put(point, OnConflict::Ignore | OnConflict::Reject) => {
            points.entry(point.at_ms).or_insert(point);
        }
    }
}

fn hash(day: &Encoded) -> Hash {
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let content = (day.count, &day.points, &day.total, &day.hours);
    (
        hasher.hash_one((0_u8, content)),
        hasher.hash_one((1_u8, content)),
    )
}

fn compare(stored: &Rows, expected: &Rows, report: &mut VerifyReport) {
    let mut found = |key: &(RowKey, NaiveDate), problem| {
        let ((tenant_id, id), date): (&(Uuid, Box<str>), _) = (&key.0, key.1);
        report.differing += 1;
        if report.differences.len() < MOST_NAMED {
            report.differences.push(Difference {
                tenant_id: *tenant_id,
                id: format!("{id} on {date}"),
                problem,
            });
        }
    };
    for (key, hash) in expected {
        match stored.get(key) {
            Some(stored) if stored == hash => {}
            Some(_) => found(key, Problem::Different),
            None => found(key, Problem::Missing),
        }
    }
    for key in stored.keys().filter(|key| !expected.contains_key(*key)) {
        found(key, Problem::Surplus);
    }
}
