//! Gathering the evidence from a real Postgres and a real NATS.
//!
//! Events are read page by page and only their hashes are kept; aggregates are folded in shares, so
//! that no more of them than [`fold::MOST_IN_MEMORY`] are in memory at once.

mod beside;
mod catch_up;
mod database;
mod events;
mod expected;
mod fold;
mod models;
mod rebuilds;
mod rows;
mod states;
mod stream;

use std::path::PathBuf;
use std::time::Duration;

use flowgrid_bus::LogId;
use flowgrid_log::{Bus, LogError, LogInfo, LogStore};
use flowgrid_projections::AdminError;

pub use catch_up::catch_up;

use crate::{Evidence, LogEvidence, RecordingError, read_recording};
use database::Database;
use events::Gathered;
use fold::Folds;

/// Where the evidence lies.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The recorder's folder.
    pub recording: PathBuf,
    /// Postgres, as its owner.
    pub database_url: String,
    /// NATS, as the application.
    pub nats_url: String,
}

/// Why there is no evidence: nothing that the system under test could be blamed for, except that it
/// has not caught up.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("the bus: {0}")]
    Bus(String),
    #[error("a rebuild: {0}")]
    Rebuild(#[from] AdminError),
    /// An event that the domain can't read.
    #[error("log {log} at {position}: {reason}")]
    Unreadable {
        log: LogId,
        position: u64,
        reason: String,
    },
    /// After the deadline something was still behind.
    #[error("not caught up: {0}")]
    Behind(String),
}

/// How long NATS may take to answer at all.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Gathers everything. Nobody may write meanwhile, and everything should have caught up
/// ([`catch_up`]). Every read model is rebuilt twice on the way.
///
/// # Errors
/// See [`CollectError`]; what the system did wrong is no error but evidence.
pub async fn collect(sources: &Sources) -> Result<Evidence, CollectError> {
    let recorded = read_recording(&sources.recording)?;
    let database = Database::open(&sources.database_url)?;
    let store = LogStore::open(&sources.database_url, 4).await?;
    let bus = bus(&sources.nats_url).await?;
    let mut folds = models::stand(&database).await?;
    let mut logs = Vec::new();
    for info in store.logs() {
        logs.push(of_log(*info, &database, &store, &bus, &mut folds).await?);
    }
    let models = models::rebuild(&sources.database_url, &database, &store, folds).await?;
    Ok(Evidence {
        recorded,
        logs,
        models,
    })
}

async fn bus(url: &str) -> Result<Bus, CollectError> {
    let bus = Bus::connect(url, "history", 1).await?;
    if bus.connected_within(CONNECT_LIMIT).await {
        Ok(bus)
    } else {
        Err(CollectError::Bus("not connected in time".into()))
    }
}

async fn of_log(
    info: LogInfo,
    database: &Database,
    store: &LogStore,
    bus: &Bus,
    folds: &mut Folds,
) -> Result<LogEvidence, CollectError> {
    let head = store.head(info.id).await?;
    let now = database.now().await?;
    let Gathered {
        events,
        locks,
        receipts,
    } = events::gather(database, info.id, now).await?;
    let claims = fold::fold(database, info.id, locks.len(), folds).await?;
    let stored = beside::Stored::of(database, info.id, now).await?;
    Ok(LogEvidence {
        log: info.id,
        kind: info.kind,
        epoch: info.epoch,
        head,
        events,
        stream: stream::read(bus, info).await?,
        locks: stored.locks.implied_are(locks),
        claims: stored.claims.implied_are(claims),
        receipts: stored.receipts.implied_are(receipts),
    })
}
