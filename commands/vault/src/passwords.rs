//! Passwords: how strong, how hashed, where kept.

mod hasher;
mod memory;
mod strength;

use chrono::{DateTime, Utc};
use uuid::Uuid;

pub use self::hasher::{Hasher, Verdict};
pub use self::strength::{WeakPassword, strength};
use crate::scope::Scope;
use crate::{Vault, VaultError};

impl Vault {
    /// Keeps a person's password as [`Hasher::hash`] made it, in place of the one before.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn set_password(
        &self,
        person: Uuid,
        phc: &str,
        now: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        sqlx::query(
            "insert into vault.passwords (person, phc, changed_at) values ($1, $2, $3) \
             on conflict (person) do update set phc = excluded.phc, changed_at = excluded.changed_at",
        )
        .bind(person)
        .bind(phc)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// Keeps another hash of the same password, unless the password was changed meanwhile: `old` is
    /// the hash that was verified.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn rehash_password(
        &self,
        person: Uuid,
        old: &str,
        new: &str,
    ) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        sqlx::query("update vault.passwords set phc = $3 where person = $1 and phc = $2")
            .bind(person)
            .bind(old)
            .bind(new)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// The hash of a person's password, for [`Hasher::verify`].
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn password_of(&self, person: Uuid) -> Result<Option<String>, VaultError> {
        // One round trip: the function names the person first, as a transaction does.
        let phc = sqlx::query_scalar("select vault.password_of($1)")
            .bind(person)
            .fetch_one(&self.shared.pool)
            .await?;
        Ok(phc)
    }

    /// What signing in asks: the hash of the person's password, and the organizations that hold, or held,
    /// something of it (as [`Vault::tenants_of`] has them).
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn sign_in_of(
        &self,
        person: Uuid,
    ) -> Result<(Option<String>, Vec<Uuid>), VaultError> {
        let found = sqlx::query_as("select phc, tenants from vault.sign_in_of($1)")
            .bind(person)
            .fetch_one(&self.shared.pool)
            .await?;
        Ok(found)
    }
}
