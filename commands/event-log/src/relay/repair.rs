//! Making the stream, and making it anew: JetStream is rebuildable from the log.

use sqlx::PgConnection;

use crate::integrity::{Agreement, compare, read_through};
use crate::{Bus, LogError, LogInfo, LogStore, stream};

/// How closely a stream is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// What it says of itself, and its last message.
    Short,
    /// Its newest messages as well: NATS came back, and who knows what from.
    Thorough,
}

impl Look {
    async fn at(
        self,
        store: &LogStore,
        bus: &Bus,
        log: LogInfo,
        found: Agreement,
    ) -> Result<Agreement, LogError> {
        match self {
            Self::Short => Ok(found),
            Self::Thorough => read_through(store, bus, log, found).await,
        }
    }
}

/// Compares log and stream; makes a missing stream and makes a damaged one anew.
pub(super) async fn check_and_mend(
    store: &LogStore,
    bus: &Bus,
    log: LogInfo,
    keep: u64,
    look: Look,
) -> Result<Agreement, LogError> {
    let found = crate::integrity::check(store, bus, log).await?;
    let found = look.at(store, bus, log, found).await?;
    match found {
        Agreement::NoStream | Agreement::StreamDamaged { .. } => {}
        Agreement::Agree { .. }
        | Agreement::StreamAhead { .. }
        | Agreement::Diverged { .. }
        | Agreement::ForeignStream { .. } => return Ok(found),
    }
    rebuild(store, bus, log, keep, Some(look)).await
}

/// Makes the stream anew from the log whatever it holds, for `flowgrid log rebuild-stream`.
/// It starts at one of the newest `keep` positions; whoever needs older events reads the log.
///
/// Where that throws away what the stream holds and the log doesn't, positions will be used again:
/// the log begins another life, and every process must be started again to know of it.
///
/// # Errors
/// When Postgres or NATS doesn't answer.
pub async fn rebuild_stream(
    store: &LogStore,
    bus: &Bus,
    log: LogInfo,
    keep: u64,
) -> Result<Agreement, LogError> {
    rebuild(store, bus, log, keep, None).await
}

/// Without a look, whatever the stream holds.
async fn rebuild(
    store: &LogStore,
    bus: &Bus,
    log: LogInfo,
    keep: u64,
    look: Option<Look>,
) -> Result<Agreement, LogError> {
    // One process at a time, and only if it is still needed once it is our turn.
    let mut transaction = store.pool().begin().await?;
    sqlx::query("select pg_advisory_xact_lock(hashtext('flowgrid.rebuild-stream'), $1)")
        .bind(i32::from(log.id.0))
        .execute(&mut *transaction)
        .await?;
    let rebuilt = rebuild_locked(&mut transaction, store, bus, log, keep, look).await;
    transaction.rollback().await?;
    rebuilt
}

async fn rebuild_locked(
    connection: &mut PgConnection,
    store: &LogStore,
    bus: &Bus,
    log: LogInfo,
    keep: u64,
    look: Option<Look>,
) -> Result<Agreement, LogError> {
    let mut log = log;
    let mut found = compare(connection, bus, log).await?;
    if let Some(look) = look {
        found = look.at(store, bus, log, found).await?;
    }
    match found {
        Agreement::NoStream => {}
        found @ (Agreement::Agree { .. }
        | Agreement::StreamAhead { .. }
        | Agreement::Diverged { .. }
        | Agreement::ForeignStream { .. })
            if look.is_some() =>
        {
            return Ok(found);
        }
        found => {
            tracing::warn!(log = %log.id, ?found, "making the stream anew from the log");
            if let Agreement::StreamAhead { .. } | Agreement::Diverged { .. } = found {
                // Before the stream goes: after it nobody could tell that there was another life.
                log.epoch = store.begin_another_life(log.id).await?;
            }
            stream::delete(bus, log).await?;
        }
    }
    let head = store.head(log.id).await?;
    let oldest = store.archived_until(log.id).await? + 1;
    let first = oldest.max((head + 1).saturating_sub(keep)).max(1);
    stream::create(bus, log, first).await?;
    Ok(Agreement::Agree {
        first,
        stream: first - 1,
        log: head,
    })
}
