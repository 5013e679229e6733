//! Tokens for one use: mailed ones, and the challenge between password and second factor.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::time::Duration;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::scope::Scope;
use crate::{Vault, VaultError, random};

const PREFIX: &str = "fgt_";
const LENGTH: usize = 32;
const LABEL: &str = "one-time-token";
/// How often a token may be tried before it is void.
const MOST_TRIES: i16 = 5;

/// What a token is good for. It is good for nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    VerifyEmail,
    ResetPassword,
    ChangeEmail,
    Invitation,
    /// Between password and second factor.
    SecondFactor,
}

/// A token that was good.
pub struct OneTime {
    /// The person, or the invitation.
    pub subject: Uuid,
    /// What was given when it was made.
    pub payload: Zeroizing<String>,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::ChangeEmail => "change-email",
            Self::Invitation => "invitation",
            Self::SecondFactor => "second-factor",
        }
    }
}

/// What is done with a token that is good.
#[derive(Clone, Copy)]
enum Use {
    /// It is gone.
    Up,
    /// It stays, one try poorer.
    Try,
}

impl Use {
    fn sql(self) -> &'static str {
        match self {
            Self::Up => {
                "delete from vault.mail_tokens where hash = $1 and purpose = $2 and expires_at > $3 \
                 and tries < $4 returning subject, sealed"
            }
            Self::Try => {
                "update vault.mail_tokens set tries = tries + 1 where hash = $1 and purpose = $2 \
                 and expires_at > $3 and tries < $4 returning subject, sealed"
            }
        }
    }
}

impl Vault {
    /// Makes a token; an older one of the same purpose and subject is void from now on. The payload
    /// is sealed, the token itself is kept nowhere.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn make_one_time(
        &self,
        purpose: Purpose,
        subject: Uuid,
        payload: &str,
        life: Duration,
        now: DateTime<Utc>,
    ) -> Result<Zeroizing<String>, VaultError> {
        let secret = random::bytes::<LENGTH>()?;
        let hash = hash(purpose, secret.as_slice());
        let sealed = self.masters().seal(LABEL, hash, payload.as_bytes())?;
        let mut tx = self.begin(Scope::person(subject)).await?;
        sqlx::query(
            "insert into vault.mail_tokens (hash, purpose, subject, sealed, expires_at) \
             values ($1, $2, $3, $4, $5) on conflict (subject, purpose) do update \
             set hash = excluded.hash, sealed = excluded.sealed, expires_at = excluded.expires_at, tries = 0",
        )
        .bind(hash.as_slice())
        .bind(purpose.as_str())
        .bind(subject)
        .bind(sealed)
        .bind(now + life)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(secret.as_slice()));
        Ok(Zeroizing::new(format!("{PREFIX}{}", *encoded)))
    }

    /// Uses a token up; `None` where it isn't good (any more).
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn use_one_time(
        &self,
        purpose: Purpose,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, VaultError> {
        self.take_one_time(purpose, token, now, Use::Up).await
    }

    /// Looks at a token that stays good, at most five times: for a challenge whose answer may be
    /// wrong, or an invitation that is shown before it is accepted.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn try_one_time(
        &self,
        purpose: Purpose,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<OneTime>, VaultError> {
        self.take_one_time(purpose, token, now, Use::Try).await
    }

    /// Voids a subject's token of a purpose.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn void_one_time(&self, purpose: Purpose, subject: Uuid) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::person(subject)).await?;
        sqlx::query("delete from vault.mail_tokens where subject = $1 and purpose = $2")
            .bind(subject)
            .bind(purpose.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    async fn take_one_time(
        &self,
        purpose: Purpose,
        token: &str,
        now: DateTime<Utc>,
        how: Use,
    ) -> Result<Option<OneTime>, VaultError> {
        let Some(hash) = read(purpose, token) else {
            return Ok(None);
        };
        let mut tx = self.begin(Scope::one_time(hash)).await?;
        let found: Option<(Uuid, Vec<u8>)> = sqlx::query_as(how.sql())
            .bind(hash.as_slice())
            .bind(purpose.as_str())
            .bind(now)
            .bind(MOST_TRIES)
            .fetch_optional(&mut *tx)
            .await?;
        let Some((subject, sealed)) = found else {
            return Ok(None);
        };
        let payload = self.masters().open(LABEL, hash, &sealed)?;
        let payload = String::from_utf8(payload.to_vec())
            .map(Zeroizing::new)
            .map_err(|_| VaultError::Corrupt("a token's payload"))?;
        tx.commit().await?;
        Ok(Some(OneTime { subject, payload }))
    }
}

fn hash(purpose: Purpose, secret: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(purpose.as_str());
    hash.update([0]);
    hash.update(secret);
    hash.finalize().into()
}

/// The hash of what may be a token.
fn read(purpose: Purpose, token: &str) -> Option<[u8; 32]> {
    let encoded = token.strip_prefix(PREFIX)?;
    if encoded.len() != (LENGTH * 4).div_ceil(3) {
        return None;
    }
    let secret = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    (secret.len() == LENGTH).then(|| hash(purpose, &secret))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(fgt_)?[A-Za-z0-9_=+/-]{0,60}|\\PC*") {
            let read = read(Purpose::Invitation, &text);
            prop_assert!(read.is_none() || text.len() == 47);
        }
    }
}
