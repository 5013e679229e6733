//! What access tokens no longer count, though they haven't expired.

mod bearer;
mod memory;
mod poll;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use sqlx::PgConnection;
use tokio::sync::watch;
use uuid::Uuid;

pub use self::bearer::Bearer;
use self::memory::Memory;
use crate::scope::Scope;
use crate::{Vault, VaultError};

/// What was revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// A session of an organization has ended.
    Session { id: Uuid, tenant: Uuid },
    /// An API key of an organization was revoked.
    Key { id: Uuid, tenant: Uuid },
    /// What a member may do has changed: tokens issued before say something else.
    Member { person: Uuid, tenant: Uuid },
    /// A person was erased everywhere.
    Person(Uuid),
    /// An organization was closed.
    Organization(Uuid),
}

impl Revoked {
    /// Kind, subject and organization, as the table has them.
    fn columns(self) -> (&'static str, Uuid, Uuid) {
        match self {
            Self::Session { id, tenant } => ("session", id, tenant),
            Self::Key { id, tenant } => ("key", id, tenant),
            Self::Member { person, tenant } => ("member", person, tenant),
            Self::Person(person) => ("person", person, Uuid::nil()),
            Self::Organization(tenant) => ("organization", tenant, tenant),
        }
    }

    fn of_columns(kind: &str, subject: Uuid, tenant: Uuid) -> Option<Self> {
        Some(match kind {
            "session" => Self::Session {
                id: subject,
                tenant,
            },
            "key" => Self::Key {
                id: subject,
                tenant,
            },
            "member" => Self::Member {
                person: subject,
                tenant,
            },
            "person" => Self::Person(subject),
            "organization" => Self::Organization(tenant),
            _ => return None,
        })
    }

    /// Who may write it.
    pub(crate) fn scope(self) -> Scope {
        match self {
            Self::Session { tenant, .. } | Self::Key { tenant, .. } => Scope::tenant(tenant),
            Self::Member { person, tenant } => Scope::member(person, tenant),
            Self::Person(person) => Scope::person(person),
            Self::Organization(tenant) => Scope::tenant(tenant),
        }
    }
}

/// Writes a revocation into a transaction; one that no token can outlive any more is left out.
pub(crate) async fn revoke(
    connection: &mut PgConnection,
    revoked: Revoked,
    at: DateTime<Utc>,
    kept: Duration,
) -> Result<(), VaultError> {
    let (kind, subject, tenant) = revoked.columns();
    sqlx::query(
        "insert into vault.revocations as r (kind, subject, tenant, revoked_at, until) \
         select $1::text, $2::uuid, $3::uuid, $4::timestamptz, $4 + make_interval(secs => $5) \
         where $4 + make_interval(secs => $5) > clock_timestamp() \
         on conflict (kind, subject, tenant) do update \
           set revoked_at = excluded.revoked_at, until = excluded.until, written_by = pg_current_xact_id() \
           where r.revoked_at < excluded.revoked_at",
    )
    .bind(kind)
    .bind(subject)
    .bind(tenant)
    .bind(at)
    .bind(kept.as_secs_f64())
    .execute(connection)
    .await?;
    Ok(())
}

impl Vault {
    /// Ends the access tokens issued until `now`, on every process within a second. Refresh tokens
    /// stay good: who holds one gets an access token that says what holds now.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn revoke(&self, revoked: Revoked, now: DateTime<Utc>) -> Result<(), VaultError> {
        let mut tx = self.begin(revoked.scope()).await?;
        revoke(&mut tx, revoked, now, self.shared.revocations_kept).await?;
        tx.commit().await
    }
}

/// What was revoked lately, in memory: asked at each use of a token. Cheap to clone. It goes on with
/// what it knows while Postgres is away.
#[derive(Clone)]
pub struct Revocations {
    memory: Arc<RwLock<Memory>>,
    changes: watch::Receiver<u64>,
}

impl Revocations {
    /// Loads what there is, then polls four times a second until `shutdown` turns true.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`] when nothing can be loaded: the process must not take tokens then.
    pub async fn start(vault: Vault, shutdown: watch::Receiver<bool>) -> Result<Self, VaultError> {
        let memory = Arc::new(RwLock::new(Memory::default()));
        let (learned, changes) = watch::channel(0);
        let mut poll = poll::Poll::new(vault, Arc::clone(&memory), learned);
        poll.once().await?;
        tokio::spawn(poll.run(shutdown));
        Ok(Self { memory, changes })
    }

    /// Told whenever something is revoked that was not known before: for whoever holds something
    /// open that should end then.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// Whether a token must be refused though its signature is good.
    pub fn refuses(&self, bearer: &Bearer) -> bool {
        self.memory.read().refuses(bearer)
    }

    /// How many revocations are remembered, for metrics.
    pub fn len(&self) -> usize {
        self.memory.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
