//! Sessions, and the refresh tokens that keep them going.

mod judge;
mod list;
mod rotate;
mod token;

use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use uuid::Uuid;
use zeroize::Zeroizing;

pub use self::list::{EndedSession, SessionInfo};
pub use self::rotate::{Refreshed, Rotation};
use self::token::RefreshToken;
use crate::scope::Scope;
use crate::{Vault, VaultError};

/// How long sessions last.
#[derive(Clone, Copy, Debug)]
pub struct SessionLimits {
    /// Since the last use.
    pub idle: Duration,
    /// Since login, however much it is used.
    pub absolute: Duration,
    /// The same where the person asked to be remembered.
    pub remembered_idle: Duration,
    pub remembered_absolute: Duration,
}

/// A session to begin.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub id: Uuid,
    pub person: Uuid,
    pub tenant: Tenant,
    /// Sealed under the person's key.
    pub device: Option<String>,
    /// Sealed under the person's key.
    pub address: Option<String>,
    pub remember: bool,
}

/// A session that has begun.
pub struct Begun {
    /// For the client alone; of it only a hash is kept.
    pub refresh_token: Zeroizing<String>,
    /// 1: access tokens carry it as `gen`.
    pub generation: u32,
    /// When it ends unless it is used.
    pub expires_at: DateTime<Utc>,
    /// The person's least used sessions, ended because there were too many.
    pub ended: Vec<EndedSession>,
}

impl SessionLimits {
    fn idle(&self, remember: bool) -> Duration {
        if remember {
            self.remembered_idle
        } else {
            self.idle
        }
    }

    fn absolute(&self, remember: bool) -> Duration {
        if remember {
            self.remembered_absolute
        } else {
            self.absolute
        }
    }

    /// When a session that is used now ends unless it is used again.
    fn expiry(&self, remember: bool, now: DateTime<Utc>, ends_at: DateTime<Utc>) -> DateTime<Utc> {
        ends_at.min(now + self.idle(remember))
    }
}

impl Vault {
    /// Begins a session; beyond 100 of a person, the least used ones end.
    ///
    /// It is durable once its event is: append that before anybody is told the token.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn begin_session(
        &self,
        session: &NewSession,
        limits: &SessionLimits,
        now: DateTime<Utc>,
    ) -> Result<Begun, VaultError> {
        let token = RefreshToken::draw(self.masters(), session.id, 1)?;
        let ends_at = now + limits.absolute(session.remember);
        let expires_at = limits.expiry(session.remember, now, ends_at);
        // One round trip, and one more where there are too many.
        let too_many: bool = sqlx::query_scalar(
            "select vault.begin_session_unflushed($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(session.id)
        .bind(session.person)
        .bind(session.tenant.id())
        .bind(session.tenant.slug())
        .bind(&session.device)
        .bind(&session.address)
        .bind(session.remember)
        .bind(now)
        .bind(expires_at)
        .bind(ends_at)
        .bind(token.hash.as_slice())
        .bind(list::MOST)
        .fetch_one(&self.shared.pool)
        .await?;
        let ended = match too_many {
            true => self.end_surplus(session.person, now).await?,
            false => Vec::new(),
        };
        Ok(Begun {
            refresh_token: token.text,
            generation: 1,
            expires_at,
            ended,
        })
    }

    /// An access token of this generation was used: the refresh token before it is no longer good.
    /// Costs nothing but the first time.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn confirm(
        &self,
        person: Uuid,
        session: Uuid,
        generation: u32,
    ) -> Result<(), VaultError> {
        let known = self.shared.confirmed.get(&session);
        if known.is_some_and(|known| known >= generation) {
            return Ok(());
        }
        let mut tx = self.begin(Scope::person(person)).await?;
        sqlx::query(
            "update vault.sessions set confirmed = true \
             where id = $1 and person = $2 and generation = $3 and not confirmed",
        )
        .bind(session)
        .bind(person)
        .bind(i32::try_from(generation).unwrap_or(i32::MAX))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        self.shared.confirmed.insert(session, generation);
        Ok(())
    }
}
