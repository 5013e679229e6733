//! Adds up what the processes have counted: one statement for all callers that asked since the last.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::Inner;
use super::caller::SharedKey;
use super::count::Shared;
use super::table::Cell;

/// How often, and how soon again when somebody is in a hurry.
const EVERY: Duration = Duration::from_millis(200);
const BREATH: Duration = Duration::from_millis(5);
/// How long Postgres may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often counters that nobody needs any more are taken away, and how many at once.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
const SWEPT: i64 = 10_000;

/// The window is Postgres's: the clocks of the processes may differ. A count of a window that has
/// passed meanwhile goes where it belongs, or nowhere.
const ADD: &str = "\
    insert into limits.counters as c (key, bucket, count, previous, expires_at) \
    select w.key, floor(extract(epoch from clock_timestamp()) * 1000 / w.span)::bigint, w.n, 0, \
           clock_timestamp() + make_interval(secs => w.span * 2 / 1000.0) \
      from unnest($1::bytea[], $2::bigint[], $3::bigint[]) as w (key, n, span) order by w.key \
    on conflict (key) do update set \
      bucket = greatest(c.bucket, excluded.bucket), \
      count = case when excluded.bucket = c.bucket then c.count + excluded.count \
                   when excluded.bucket > c.bucket then excluded.count else c.count end, \
      previous = case when excluded.bucket = c.bucket + 1 then c.count \
                      when excluded.bucket > c.bucket then 0 \
                      when excluded.bucket = c.bucket - 1 then c.previous + excluded.count \
                      else c.previous end, \
      expires_at = greatest(c.expires_at, excluded.expires_at) \
    returning c.key, c.bucket, c.count, c.previous";

const SWEEP: [&str; 2] = [
    "delete from limits.counters where key in (select key from limits.counters \
     where expires_at < clock_timestamp() limit $1 for update skip locked)",
    "delete from limits.attempts where key in (select key from limits.attempts \
     where expires_at < clock_timestamp() limit $1 for update skip locked)",
];

/// Until `stop` turns true; then once more.
pub async fn run(inner: Arc<Inner>, mut stop: watch::Receiver<bool>) {
    let mut away = false;
    let mut swept = Instant::now();
    loop {
        let stopped = tokio::select! {
            _ = sleep(EVERY) => false,
            _ = inner.table.hurry.notified() => false,
            _ = stop.wait_for(|stop| *stop) => true,
        };
        let result = exchange(&inner).await;
        away = tell(&result, away);
        if stopped {
            return;
        }
        if result.is_ok() && swept.elapsed() > SWEEP_EVERY {
            swept = Instant::now();
            sweep(&inner.database).await;
        }
        sleep(BREATH).await;
    }
}

/// Says once that Postgres is away, and once that it is back. Returns whether it is away.
fn tell(result: &Result<(), sqlx::Error>, was_away: bool) -> bool {
    match (result, was_away) {
        (Err(error), false) => {
            tracing::warn!(%error, "rate limits can't be shared; each process counts for itself");
        }
        (Ok(()), true) => tracing::info!("rate limits are shared again"),
        (Err(_), true) | (Ok(()), false) => {}
    }
    result.is_err()
}

/// Sends what is new and learns what all processes together have counted.
async fn exchange(inner: &Inner) -> Result<(), sqlx::Error> {
    let cells = inner.table.waiting();
    if cells.is_empty() {
        return Ok(());
    }
    let mut sent: HashMap<SharedKey, (Arc<Cell>, u32)> = HashMap::with_capacity(cells.len());
    for cell in cells {
        let count = cell.send();
        // Somebody who was forgotten and came again may be there twice.
        let (_, all) = sent
            .entry(cell.key)
            .or_insert_with(|| (Arc::clone(&cell), 0));
        *all = all.saturating_add(count);
    }
    let added = timeout(PATIENCE, add(&inner.database, &sent)).await;
    match added.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(rows) => {
            for (key, shared) in rows {
                if let Some((cell, _)) = sent.get(&key) {
                    cell.learn(shared);
                }
            }
            Ok(())
        }
        Err(error) => {
            for (cell, count) in sent.values() {
                inner.table.take_back(cell, *count);
            }
            Err(error)
        }
    }
}

async fn add(
    database: &PgPool,
    sent: &HashMap<SharedKey, (Arc<Cell>, u32)>,
) -> Result<Vec<(SharedKey, Shared)>, sqlx::Error> {
    let keys: Vec<&[u8]> = sent.keys().map(<[u8; 32]>::as_slice).collect();
    let counts: Vec<i64> = sent.values().map(|(_, count)| i64::from(*count)).collect();
    let spans: Vec<i64> = sent
        .values()
        .map(|(cell, _)| number(cell.span_ms))
        .collect();
    let rows: Vec<(Vec<u8>, i64, i64, i64)> = sqlx::query_as(ADD)
        .bind(keys)
        .bind(counts)
        .bind(spans)
        .fetch_all(database)
        .await?;
    let shared = |(key, window, present, before): (Vec<u8>, i64, i64, i64)| {
        let counted = |count: i64| u64::try_from(count).unwrap_or(0);
        let shared = Shared {
            window: counted(window),
            present: counted(present),
            before: counted(before),
        };
        Some((SharedKey::try_from(key).ok()?, shared))
    };
    Ok(rows.into_iter().filter_map(shared).collect())
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// What is left over is swept the next time.
async fn sweep(database: &PgPool) {
    for statement in SWEEP {
        let swept = sqlx::query(statement).bind(SWEPT).execute(database);
        match timeout(PATIENCE, swept).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "old counters stay a while"),
            Err(_) => tracing::debug!("old counters stay a while: Postgres is slow"),
        }
    }
}
