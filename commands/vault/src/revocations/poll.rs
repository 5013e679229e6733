//! Reads new revocations from Postgres, four times a second.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use sqlx::Row;
use sqlx::postgres::PgRow;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::Revoked;
use super::memory::{MOST, Memory};
use crate::{Vault, VaultError};

const EVERY: Duration = Duration::from_millis(250);
/// After how many polls everything is read again, so that what is past its time is forgotten.
const AFRESH: u32 = 1_200;

/// Reads what transactions wrote that were open at the last poll or began since: none is missed,
/// however long one took.
pub(super) struct Poll {
    vault: Vault,
    memory: Arc<RwLock<Memory>>,
    /// Counts the polls that found something new.
    learned: watch::Sender<u64>,
    /// The oldest transaction that was open at the last poll; 0 reads everything.
    since: u64,
    polls: u32,
}

/// What one poll found.
struct Found {
    oldest_open: u64,
    asked_at: DateTime<Utc>,
    revoked: Vec<(Revoked, DateTime<Utc>)>,
}

impl Poll {
    pub(super) fn new(
        vault: Vault,
        memory: Arc<RwLock<Memory>>,
        learned: watch::Sender<u64>,
    ) -> Self {
        Self {
            vault,
            memory,
            learned,
            since: 0,
            polls: 0,
        }
    }

    pub(super) async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut away = false;
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
            let polled = self.once().await;
            match &polled {
                Err(error) if !away => tracing::warn!(%error, "revocations can't be read"),
                Ok(()) if away => tracing::info!("revocations are read again"),
                _ => {}
            }
            away = polled.is_err();
        }
    }

    pub(super) async fn once(&mut self) -> Result<(), VaultError> {
        let afresh = self.polls.is_multiple_of(AFRESH);
        let since = if afresh { 0 } else { self.since };
        let found = self.read(since).await?;
        self.polls = self.polls.wrapping_add(1);
        // Transaction numbers only go back where Postgres is another one: read everything.
        let another = found.oldest_open < self.since;
        self.since = if another { 0 } else { found.oldest_open };
        self.learn(found, since == 0);
        Ok(())
    }

    fn learn(&self, found: Found, everything: bool) {
        if found.revoked.len() > MOST {
            self.vault.shared.keys.clear();
            self.memory.write().refuse_until(found.asked_at);
            self.tell();
            return;
        }
        // The same rows come again and again while some transaction stays open.
        let mut news = false;
        for (revoked, at) in &found.revoked {
            if !self.memory.read().knows(*revoked, *at) {
                self.forget_keys(*revoked);
                news = true;
            }
        }
        self.remember(found.revoked, everything);
        if news {
            self.tell();
        }
    }

    fn remember(&self, revoked: Vec<(Revoked, DateTime<Utc>)>, everything: bool) {
        let mut memory = self.memory.write();
        if everything {
            memory.replace(revoked);
            return;
        }
        for (revoked, at) in revoked {
            memory.add(revoked, at);
        }
    }

    fn tell(&self) {
        self.learned.send_modify(|count| *count += 1);
    }

    /// Keys that another process may have destroyed.
    fn forget_keys(&self, revoked: Revoked) {
        let keys = &self.vault.shared.keys;
        match revoked {
            Revoked::Session { .. } | Revoked::Key { .. } => {}
            Revoked::Member { person, tenant } => keys.forget(person, Some(tenant)),
            Revoked::Person(person) => keys.forget(person, None),
            Revoked::Organization(_) => keys.clear(),
        }
    }

    async fn read(&self, since: u64) -> Result<Found, VaultError> {
        let rows = sqlx::query(
            "select pg_snapshot_xmin(pg_current_snapshot())::text, clock_timestamp(), \
             r.kind, r.subject, r.tenant, r.revoked_at \
             from (select) one left join vault.revocations r \
               on r.written_by >= $1::text::xid8 and r.until > clock_timestamp() limit $2",
        )
        .bind(since.to_string())
        .bind(i64::try_from(MOST + 1).unwrap_or(i64::MAX))
        .fetch_all(&self.vault.shared.pool)
        .await?;
        let first = rows.first().ok_or(VaultError::Corrupt("no snapshot"))?;
        Ok(Found {
            oldest_open: first
                .try_get::<&str, _>(0)?
                .parse()
                .map_err(|_| VaultError::Corrupt("a transaction's number"))?,
            asked_at: first.try_get(1)?,
            revoked: rows
                .iter()
                .filter_map(|row| revocation(row).transpose())
                .collect::<Result<_, _>>()?,
        })
    }
}

fn revocation(row: &PgRow) -> Result<Option<(Revoked, DateTime<Utc>)>, VaultError> {
    let kind: Option<&str> = row.try_get(2)?;
    let Some(kind) = kind else { return Ok(None) };
    let (subject, tenant): (Uuid, Uuid) = (row.try_get(3)?, row.try_get(4)?);
    let revoked = Revoked::of_columns(kind, subject, tenant)
        .ok_or(VaultError::Corrupt("a kind of revocation"))?;
    Ok(Some((revoked, row.try_get(5)?)))
}
