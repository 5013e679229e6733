//! Time-based one-time passwords (RFC 6238): SHA-1, six digits, 30 seconds, as authenticators expect.

mod code;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use self::code::SECRET;
use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::{Vault, VaultError, random};

/// What a secret is sealed as; the context is its person.
pub(crate) const LABEL: &str = "totp";

/// What a person needs to set up an authenticator. Shown once.
pub struct TotpSetup {
    /// The secret in base32, to be typed in.
    pub secret: Zeroizing<String>,
    /// The same as `otpauth://totp/…`, to be shown as a QR code.
    pub uri: Zeroizing<String>,
    /// Ten codes, each good once in place of the authenticator.
    pub recovery_codes: Vec<Zeroizing<String>>,
}

impl Vault {
    /// Draws a secret that isn't asked for until [`Vault::enable_totp`]; `None` where a second
    /// factor is on already. `issuer` and `account` are what the authenticator shows.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn begin_totp(
        &self,
        person: Uuid,
        issuer: &str,
        account: &str,
    ) -> Result<Option<TotpSetup>, VaultError> {
        let secret = random::bytes::<SECRET>()?;
        let sealed = self
            .masters()
            .seal(LABEL, person.as_bytes(), secret.as_slice())?;
        let mut tx = self.begin(Scope::person(person)).await?;
        let begun = sqlx::query(
            "insert into vault.totp as t (person, key_id, sealed) values ($1, $2, $3) \
             on conflict (person) do update set key_id = excluded.key_id, sealed = excluded.sealed, last_step = 0 \
             where not t.enabled",
        )
        .bind(person)
        .bind(self.masters().current())
        .bind(sealed)
        .execute(&mut *tx)
        .await?;
        if begun.rows_affected() == 0 {
            return Ok(None);
        }
        let recovery_codes = self.replace_recovery_codes(&mut tx, person).await?;
        tx.commit().await?;
        Ok(Some(TotpSetup {
            secret: code::base32(secret.as_slice()),
            uri: code::uri(secret.as_slice(), issuer, account),
            recovery_codes,
        }))
    }

    /// Turns the second factor on, if the code shows that the authenticator has the secret.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn enable_totp(
        &self,
        person: Uuid,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, VaultError> {
        self.take_code(person, code, now, false).await
    }

    /// Whether it is the code of now, or of the step before or after; each is taken once.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn check_totp(
        &self,
        person: Uuid,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, VaultError> {
        self.take_code(person, code, now, true).await
    }

    /// Whether a second factor is asked for at login.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn has_second_factor(&self, person: Uuid) -> Result<bool, VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        let enabled: Option<bool> =
            sqlx::query_scalar("select enabled from vault.totp where person = $1")
                .bind(person)
                .fetch_optional(&mut *tx)
                .await?;
        Ok(enabled.unwrap_or(false))
    }

    /// Turns the second factor off and forgets its secret and recovery codes.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn disable_totp(&self, person: Uuid) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        for sql in [
            "delete from vault.totp where person = $1",
            "delete from vault.recovery_codes where person = $1",
        ] {
            sqlx::query(sql).bind(person).execute(&mut *tx).await?;
        }
        tx.commit().await
    }

    async fn take_code(
        &self,
        person: Uuid,
        code: &str,
        now: DateTime<Utc>,
        enabled: bool,
    ) -> Result<bool, VaultError> {
        let mut tx = self.begin(Scope::person(person)).await?;
        let Some(secret) = self.totp_secret(&mut tx, person, enabled).await? else {
            return Ok(false);
        };
        let Some(step) = code::step_of(&secret, code, now)? else {
            return Ok(false);
        };
        // One statement: of two who come with the same code, one finds the step taken.
        let taken = sqlx::query(
            "update vault.totp set last_step = $2, enabled = true \
             where person = $1 and last_step < $2 and enabled = $3",
        )
        .bind(person)
        .bind(step)
        .bind(enabled)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(taken.rows_affected() == 1)
    }

    async fn totp_secret(
        &self,
        tx: &mut VaultTx,
        person: Uuid,
        enabled: bool,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar("select sealed from vault.totp where person = $1 and enabled = $2")
                .bind(person)
                .bind(enabled)
                .fetch_optional(&mut **tx)
                .await?;
        sealed
            .map(|sealed| self.masters().open(LABEL, person.as_bytes(), &sealed))
            .transpose()
    }
}
