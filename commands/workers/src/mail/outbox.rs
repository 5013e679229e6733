//! Where mail waits, sealed.

use std::sync::Arc;

use flowgrid_log::{DbRole, pool};
use flowgrid_vault::MasterKeys;
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

use super::{Letter, Links, Mail, MailCounters, MailError, render};

/// The kind of thing that a master key seals here.
const LABEL: &str = "mail";

/// What an outbox is made of.
#[derive(Clone, Debug)]
pub struct OutboxOptions {
    /// Where the links of its mails lead.
    pub links: Links,
    /// How many mails may wait before it refuses more; those put at the same moment may exceed it.
    pub waiting_limit: i64,
    /// Connections to Postgres.
    pub connections: u32,
}

impl OutboxOptions {
    pub fn new(links: Links) -> Self {
        Self {
            links,
            waiting_limit: 10_000,
            connections: 4,
        }
    }
}

/// What became of a mail that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    New,
    /// One with this id waits, or was sent within the last day.
    AlreadyThere,
}

/// Mail that waits to be sent. Cheap to clone.
#[derive(Clone)]
pub struct Outbox(Arc<Inner>);

struct Inner {
    pool: PgPool,
    keys: MasterKeys,
    options: OutboxOptions,
    /// Wakes the runner of this process.
    put: Notify,
    counters: Arc<MailCounters>,
}

impl Outbox {
    /// Connects when first used.
    ///
    /// # Errors
    /// When `url` is no Postgres URL.
    pub fn open(url: &str, keys: MasterKeys, options: OutboxOptions) -> Result<Self, MailError> {
        let pool = pool(url, DbRole::Mail, options.connections)
            .map_err(|error| MailError::Setting(error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            pool,
            keys,
            options,
            put: Notify::new(),
            counters: Arc::default(),
        })))
    }

    /// Writes a mail and leaves it to be sent. `id` tells a repeat: derive it from what caused the
    /// mail, or draw one where nothing is ever repeated.
    ///
    /// # Errors
    /// [`MailError::Unfit`] when it can't be written, [`MailError::Full`] when too many wait.
    pub async fn put(&self, id: Uuid, mail: &Mail) -> Result<Put, MailError> {
        let letter = render::letter(mail, &self.0.options.links)?;
        self.put_letter(id, mail.kind.name(), &letter).await
    }

    /// The same for a letter that is written already. `kind` is for operators.
    ///
    /// # Errors
    /// [`MailError::Full`] when too many wait.
    pub async fn put_letter(
        &self,
        id: Uuid,
        kind: &str,
        letter: &Letter,
    ) -> Result<Put, MailError> {
        let sealed = self.seal(id, letter)?;
        let limit = self.0.options.waiting_limit;
        let (put, waiting, known): (bool, i64, bool) = sqlx::query_as(
            "with waiting as (
               select count(*) as n
                 from (select from mail.outbox where sealed is not null limit $4) one),
             put as (
               insert into mail.outbox (id, kind, sealed)
               select $1, $2, $3 from waiting where n < $4
               on conflict (id) do nothing returning id)
             select exists (select from put), (select n from waiting),
                    exists (select from mail.outbox where id = $1)",
        )
        .bind(id)
        .bind(kind)
        .bind(sealed)
        .bind(limit)
        .fetch_one(&self.0.pool)
        .await?;
        if put {
            self.0.put.notify_one();
            return Ok(Put::New);
        }
        // Below the limit nothing but the id can have been in the way.
        if known || waiting < limit {
            return Ok(Put::AlreadyThere);
        }
        Err(MailError::Full(waiting))
    }

    /// What this process has sent.
    pub fn counters(&self) -> &Arc<MailCounters> {
        &self.0.counters
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    /// Until this process puts a mail; at once if it did since the last time.
    pub(crate) async fn wait_for_put(&self) {
        self.0.put.notified().await;
    }

    fn seal(&self, id: Uuid, letter: &Letter) -> Result<Vec<u8>, MailError> {
        let plain = serde_json::to_vec(letter).map_err(|_| MailError::Unreadable)?;
        Ok(self.0.keys.seal(LABEL, id.as_bytes(), &plain)?)
    }

    pub(crate) fn open_letter(&self, id: Uuid, sealed: &[u8]) -> Result<Letter, MailError> {
        let plain = self.0.keys.open(LABEL, id.as_bytes(), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| MailError::Unreadable)
    }
}
