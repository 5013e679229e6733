//! Requests that must not happen twice, and whose answer may be secret.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::Row;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::CipherKey;
use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::{Vault, VaultError, hex};

/// How long a request is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// After so long, one that was never finished has broken off.
const LONGEST_RUN: TimeDelta = TimeDelta::seconds(60);
/// The most that are remembered of one caller; then the oldest are forgotten.
const MOST: i64 = 500;
/// What a kept answer is sealed as.
const LABEL: &str = "repeat";

/// A request under a key of its caller's choice.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// Whoever asks: the same text each time, and nobody else's.
    pub caller: &'a str,
    pub key: &'a str,
    /// All by which a repeat is known. Only a keyed hash of it is kept.
    pub request: &'a [u8],
}

/// What is known of a request.
pub enum Repeat {
    /// It is the first: to be finished or forgotten with this.
    First(Claim),
    /// The first is under way.
    Running,
    /// It was done; its answer, where that was kept.
    Done(Option<Zeroizing<Vec<u8>>>),
    /// Another request was made under the key.
    Other,
}

/// The right to be the first.
pub struct Claim {
    caller: Uuid,
    key: CipherKey,
    begun_at: DateTime<Utc>,
}

impl Vault {
    /// A keyed hash in hex, the same in all processes and after master keys were rotated: nobody
    /// can find out what was hashed by guessing.
    pub fn fingerprint(&self, of: &[u8]) -> String {
        hex::of(self.index("fingerprint", of).as_slice()).to_string()
    }

    /// Looks a request up, and claims it where it is the first.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn begin_once(
        &self,
        asked: Asked<'_>,
        now: DateTime<Utc>,
    ) -> Result<Repeat, VaultError> {
        let caller = self.caller_id(asked.caller);
        let key = self.index("repeat-key", asked.key.as_bytes());
        let request = self.index("repeat-request", asked.request);
        let mut tx = self.begin(Scope::person(caller)).await?;
        let claimed = claim(&mut tx, caller, &key, &request, now).await?;
        let Some(begun_at) = claimed else {
            return self.known(&mut tx, caller, &key, &request).await;
        };
        forget_oldest(&mut tx, caller).await?;
        tx.commit().await?;
        Ok(Repeat::First(Claim {
            caller,
            key,
            begun_at,
        }))
    }

    /// The request is done. `answer` is what a repeat gets; `None` where it is secret.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn finish_once(
        &self,
        claim: &Claim,
        answer: Option<&[u8]>,
        now: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let seal = |plain| self.masters().seal(LABEL, claim.key.as_slice(), plain);
        let sealed = answer.map(seal).transpose()?;
        let mut tx = self.begin(Scope::person(claim.caller)).await?;
        sqlx::query(
            "update vault.repeats set done_at = $4, answer = $5 \
             where caller = $1 and key = $2 and begun_at = $3",
        )
        .bind(claim.caller)
        .bind(claim.key.as_slice())
        .bind(claim.begun_at)
        .bind(now)
        .bind(sealed)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// The request came to nothing: it may be made again.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn forget_once(&self, claim: &Claim) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::person(claim.caller)).await?;
        sqlx::query("delete from vault.repeats where caller = $1 and key = $2 and begun_at = $3")
            .bind(claim.caller)
            .bind(claim.key.as_slice())
            .bind(claim.begun_at)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    async fn known(
        &self,
        tx: &mut VaultTx,
        caller: Uuid,
        key: &CipherKey,
        request: &CipherKey,
    ) -> Result<Repeat, VaultError> {
        let found = sqlx::query(
            "select request, done_at is not null as done, answer from vault.repeats \
             where caller = $1 and key = $2",
        )
        .bind(caller)
        .bind(key.as_slice())
        .fetch_optional(&mut **tx)
        .await?;
        // The first has just been forgotten: it failed while we looked.
        let Some(row) = found else {
            return Ok(Repeat::Running);
        };
        let first: Vec<u8> = row.try_get("request")?;
        if !bool::from(first.as_slice().ct_eq(request.as_slice())) {
            return Ok(Repeat::Other);
        }
        if !row.try_get::<bool, _>("done")? {
            return Ok(Repeat::Running);
        }
        let sealed: Option<Vec<u8>> = row.try_get("answer")?;
        // Under a master key that was taken away since, it counts as not kept.
        let open = |sealed: Vec<u8>| self.masters().open(LABEL, key.as_slice(), &sealed).ok();
        Ok(Repeat::Done(sealed.and_then(open)))
    }

    fn caller_id(&self, caller: &str) -> Uuid {
        let hash = self.index("repeat-caller", caller.as_bytes());
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Uuid::from_bytes(half)
    }
}

/// When the claim was made; `None` where another holds it.
async fn claim(
    tx: &mut VaultTx,
    caller: Uuid,
    key: &CipherKey,
    request: &CipherKey,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, VaultError> {
    Ok(sqlx::query_scalar(
        "insert into vault.repeats as r (caller, key, request, begun_at, expires_at) \
         values ($1, $2, $3, $4, $5) on conflict (caller, key) do update \
         set request = excluded.request, begun_at = excluded.begun_at, \
             expires_at = excluded.expires_at, done_at = null, answer = null \
         where r.expires_at <= $4 or (r.done_at is null and r.begun_at <= $6) \
         returning begun_at",
    )
    .bind(caller)
    .bind(key.as_slice())
    .bind(request.as_slice())
    .bind(now)
    .bind(now + REMEMBERED)
    .bind(now - LONGEST_RUN)
    .fetch_optional(&mut **tx)
    .await?)
}

async fn forget_oldest(tx: &mut VaultTx, caller: Uuid) -> Result<(), VaultError> {
    sqlx::query(
        "delete from vault.repeats where caller = $1 and key in \
         (select key from vault.repeats where caller = $1 order by begun_at desc offset $2)",
    )
    .bind(caller)
    .bind(MOST)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
