//! A refresh token for the next one.

use std::fmt;

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use sqlx::Row;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::judge::{Judgement, Standing};
use super::list::{EndedSession, end_one};
use super::token::RefreshToken;
use super::{SessionLimits, Vault};
use crate::VaultError;
use crate::presence::seen;
use crate::scope::Scope;
use crate::transaction::VaultTx;

/// The most tokens of one generation that are good at once: so many answers may be lost.
const MOST_OF_A_GENERATION: usize = 64;

/// What became of a refresh token.
#[derive(Debug)]
pub enum Rotation {
    Fresh(Refreshed),
    /// An older token of the session was used: somebody has stolen one. The session has ended.
    Reuse(EndedSession),
    /// The session was not used for too long, or is too old. It has ended.
    Expired(EndedSession),
    /// It was ours, but its session has ended.
    Ended,
    /// Not a token of ours.
    Unknown,
}

/// A session that goes on.
pub struct Refreshed {
    /// For the client alone; of it only a hash is kept.
    pub refresh_token: Zeroizing<String>,
    pub session: Uuid,
    /// Access tokens carry it as `gen`; the first use of one is told to [`Vault::confirm`].
    pub generation: u32,
    pub person: Uuid,
    pub tenant: Tenant,
    pub remember: bool,
    /// When it ends unless it is used.
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for Refreshed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refreshed")
            .field("session", &self.session)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

/// A session whose row this transaction holds.
struct Locked {
    session: EndedSession,
    remember: bool,
    ends_at: DateTime<Utc>,
    standing: Standing,
}

impl Vault {
    /// Exchanges a refresh token. The one that was given stays good until the new one, or an access
    /// token of its generation, is first used: a lost answer costs nobody a login.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`]; then nothing has changed.
    pub async fn rotate(
        &self,
        refresh_token: &str,
        limits: &SessionLimits,
        now: DateTime<Utc>,
    ) -> Result<Rotation, VaultError> {
        let Some(old) = RefreshToken::read(self.masters(), refresh_token) else {
            return Ok(Rotation::Unknown);
        };
        let mut tx = self.begin(Scope::session(old.session)).await?;
        let Some(row) = lock(&mut tx, old.session).await? else {
            return Ok(Rotation::Ended);
        };
        match row.standing.judge(&old, now) {
            Judgement::Next | Judgement::Again => self.follow_on(tx, row, &old, limits, now).await,
            Judgement::Expired => {
                let ended = self.end_locked(tx, row.session, now).await?;
                Ok(Rotation::Expired(ended))
            }
            Judgement::Reuse => {
                let ended = self.end_locked(tx, row.session, now).await?;
                Ok(Rotation::Reuse(ended))
            }
        }
    }

    /// Issues a token of the generation after `old`'s.
    async fn follow_on(
        &self,
        mut tx: VaultTx,
        row: Locked,
        old: &RefreshToken,
        limits: &SessionLimits,
        now: DateTime<Utc>,
    ) -> Result<Rotation, VaultError> {
        let generation = old.generation.saturating_add(1);
        let new = RefreshToken::draw(self.masters(), old.session, generation)?;
        let again = generation == row.standing.generation;
        let mut current = if again {
            row.standing.current
        } else {
            Vec::new()
        };
        if current.len() >= MOST_OF_A_GENERATION {
            current.remove(0);
        }
        current.push(new.hash.to_vec());
        let expires_at = limits.expiry(row.remember, now, row.ends_at);
        sqlx::query(
            "update vault.sessions set generation = $2, current = $3, previous = $4, confirmed = false, \
             last_used_at = $5, expires_at = $6 where id = $1",
        )
        .bind(old.session)
        .bind(i32::try_from(generation).map_err(|_| VaultError::Corrupt("a generation"))?)
        .bind(current)
        .bind(old.hash.as_slice())
        .bind(now)
        .bind(expires_at)
        .execute(&mut *tx)
        .await?;
        let (person, tenant) = (row.session.person, row.session.tenant.id());
        tx.enter(Scope::member(person, tenant)).await?;
        seen(&mut tx, person, tenant, now).await?;
        tx.commit().await?;
        Ok(Rotation::Fresh(Refreshed {
            refresh_token: new.text,
            session: old.session,
            generation,
            person: row.session.person,
            tenant: row.session.tenant,
            remember: row.remember,
            expires_at,
        }))
    }

    async fn end_locked(
        &self,
        mut tx: VaultTx,
        session: EndedSession,
        now: DateTime<Utc>,
    ) -> Result<EndedSession, VaultError> {
        tx.enter(Scope::member(session.person, session.tenant.id()))
            .await?;
        end_one(&mut tx, &session, now, self.shared.revocations_kept).await?;
        tx.commit().await?;
        Ok(session)
    }
}

/// The session's row, for nobody else until the transaction ends.
async fn lock(tx: &mut VaultTx, session: Uuid) -> Result<Option<Locked>, VaultError> {
    let row = sqlx::query(
        "select person, tenant_slug, remember, ends_at, generation, current, previous, confirmed, expires_at \
         from vault.sessions where id = $1 for update",
    )
    .bind(session)
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let generation: i32 = row.try_get(4)?;
    Ok(Some(Locked {
        session: EndedSession::new(session, row.try_get(0)?, row.try_get(1)?)?,
        remember: row.try_get(2)?,
        ends_at: row.try_get(3)?,
        standing: Standing {
            generation: u32::try_from(generation)
                .map_err(|_| VaultError::Corrupt("a generation"))?,
            current: row.try_get(5)?,
            previous: row.try_get(6)?,
            confirmed: row.try_get(7)?,
            expires_at: row.try_get(8)?,
        },
    }))
}
