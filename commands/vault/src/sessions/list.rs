//! Which sessions there are, and their end.

use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::revocations::revoke;
use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::{Revoked, Vault, VaultError};

/// The most sessions of a person.
pub(super) const MOST: i64 = 100;

/// A session as its person sees it.
#[derive(Clone, Debug)]
pub struct SessionInfo {
    pub id: Uuid,
    pub tenant: Tenant,
    /// Sealed under the person's key.
    pub device: Option<String>,
    /// Sealed under the person's key.
    pub address: Option<String>,
    pub remember: bool,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A session that is no more; whoever ended it records the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndedSession {
    pub id: Uuid,
    pub person: Uuid,
    pub tenant: Tenant,
}

impl EndedSession {
    pub(super) fn new(id: Uuid, person: Uuid, slug: &str) -> Result<Self, VaultError> {
        let tenant = tenant(slug)?;
        Ok(Self { id, person, tenant })
    }
}

impl Vault {
    /// A person's sessions in all organizations, the last used first; at most 100.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn sessions_of(
        &self,
        person: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<SessionInfo>, VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        let rows = sqlx::query(
            "select id, tenant_slug, device, address, remember, created_at, last_used_at, expires_at \
             from vault.sessions where person = $1 and expires_at > $2 order by last_used_at desc, id limit $3",
        )
        .bind(person)
        .bind(now)
        .bind(MOST)
        .fetch_all(&mut *tx)
        .await?;
        rows.iter().map(info).collect()
    }

    /// Ends one of a person's sessions: its refresh token at once, its access tokens on every
    /// process within a second. `None` where it has ended already, or is another's.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn end_session(
        &self,
        person: Uuid,
        session: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<EndedSession>, VaultError> {
        let which = Which {
            session: Some(session),
            ..Which::default()
        };
        let ended = self.end_some(person, which, now).await?;
        Ok(ended.into_iter().next())
    }

    /// Ends a person's sessions in one organization or in all, but for the one that it uses now.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn end_sessions(
        &self,
        person: Uuid,
        tenant: Option<&Tenant>,
        except: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, VaultError> {
        let which = Which {
            tenant: tenant.map(Tenant::id),
            except,
            session: None,
        };
        self.end_some(person, which, now).await
    }

    /// Ends the least used sessions beyond the most that a person may have. What breaks off is done when
    /// it signs in again.
    pub(super) async fn end_surplus(
        &self,
        person: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        let rows = sqlx::query(
            "delete from vault.sessions where person = $1 and id in (select id from vault.sessions \
             where person = $1 order by last_used_at desc, id desc offset $2) returning id, person, tenant_slug",
        )
        .bind(person)
        .bind(MOST)
        .fetch_all(&mut *tx)
        .await?;
        self.revoke_ended(tx, &rows, now).await
    }

    async fn end_some(
        &self,
        person: Uuid,
        which: Which,
        now: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        let rows = sqlx::query(
            "delete from vault.sessions where person = $1 and ($2::uuid is null or id = $2) \
             and ($3::uuid is null or tenant = $3) and ($4::uuid is null or id <> $4) \
             returning id, person, tenant_slug",
        )
        .bind(person)
        .bind(which.session)
        .bind(which.tenant)
        .bind(which.except)
        .fetch_all(&mut *tx)
        .await?;
        self.revoke_ended(tx, &rows, now).await
    }

    /// Ends the access tokens of sessions whose rows were deleted, and commits.
    async fn revoke_ended(
        &self,
        mut tx: VaultTx,
        rows: &[PgRow],
        now: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, VaultError> {
        let ended = ended(rows)?;
        for session in &ended {
            tx.enter(Scope::member(session.person, session.tenant.id()))
                .await?;
            revoke_session(&mut tx, session, now, self.shared.revocations_kept).await?;
        }
        tx.commit().await?;
        Ok(ended)
    }
}

/// Which of a person's sessions; all, where nothing is said.
#[derive(Default)]
struct Which {
    session: Option<Uuid>,
    tenant: Option<Uuid>,
    except: Option<Uuid>,
}

/// Ends a session in a transaction that sees it.
pub(super) async fn end_one(
    connection: &mut PgConnection,
    session: &EndedSession,
    now: DateTime<Utc>,
    kept: Duration,
) -> Result<(), VaultError> {
    sqlx::query("delete from vault.sessions where id = $1")
        .bind(session.id)
        .execute(&mut *connection)
        .await?;
    revoke_session(connection, session, now, kept).await
}

async fn revoke_session(
    connection: &mut PgConnection,
    session: &EndedSession,
    now: DateTime<Utc>,
    kept: Duration,
) -> Result<(), VaultError> {
    let revoked = Revoked::Session {
        id: session.id,
        tenant: session.tenant.id(),
    };
    revoke(connection, revoked, now, kept).await
}

fn info(row: &PgRow) -> Result<SessionInfo, VaultError> {
    Ok(SessionInfo {
        id: row.try_get(0)?,
        tenant: tenant(row.try_get(1)?)?,
        device: row.try_get(2)?,
        address: row.try_get(3)?,
        remember: row.try_get(4)?,
        created_at: row.try_get(5)?,
        last_used_at: row.try_get(6)?,
        expires_at: row.try_get(7)?,
    })
}

fn ended(rows: &[PgRow]) -> Result<Vec<EndedSession>, VaultError> {
    rows.iter()
        .map(|row| EndedSession::new(row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
        .collect()
}

fn tenant(slug: &str) -> Result<Tenant, VaultError> {
    Tenant::from_slug(slug).map_err(|_| VaultError::Corrupt("an organization's slug"))
}
