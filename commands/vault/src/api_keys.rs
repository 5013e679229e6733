//! API keys: made, checked, counted, revoked.

mod token;

use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use sqlx::Row;
use sqlx::postgres::PgRow;
use subtle::ConstantTimeEq;
use uuid::Uuid;
use zeroize::Zeroizing;

use self::token::KeyToken;
use crate::revocations::revoke;
use crate::scope::Scope;
use crate::{Field, Revoked, Vault, VaultError};

/// The most keys of an organization.
pub const MOST_API_KEYS: i64 = 1_000;
/// How old a key's last use must be before it is written again.
const LAZY: Duration = Duration::from_secs(60);
/// The field as which a key's last address is sealed.
const ADDRESS: &str = "address";

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    pub id: Uuid,
    pub tenant: Tenant,
    pub person: Uuid,
    /// The most that it may do, whatever its person may.
    pub role: Role,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that was shown and is good.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: Uuid,
    pub tenant: Tenant,
    pub person: Uuid,
    /// The most that it may do: what its person may today must be asked as well.
    pub role: Role,
    pub scopes: Vec<String>,
    pub expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    last_address: Option<String>,
}

/// When a key was last used, for lists.
#[derive(Clone, Debug)]
pub struct KeyUse {
    pub id: Uuid,
    pub last_used_at: DateTime<Utc>,
    /// Where it came from; `None` where that was erased.
    pub address: Option<String>,
}

impl Vault {
    /// Makes a key: `fg_<id>_<secret>`, to be shown once. Of it only a hash is kept.
    ///
    /// # Errors
    /// [`VaultError::TooMany`] beyond 1,000 of an organization; [`VaultError::Unavailable`].
    pub async fn make_api_key(
        &self,
        key: &NewApiKey,
        now: DateTime<Utc>,
    ) -> Result<Zeroizing<String>, VaultError> {
        let token = KeyToken::draw(key.id)?;
        let mut tx = self.begin(Scope::tenant(key.tenant.id())).await?;
        let made = sqlx::query(
            "insert into vault.api_keys (id, tenant, tenant_slug, person, role, scopes, secret, created_at, expires_at) \
             select $1::uuid, $2::uuid, $3::text, $4::uuid, $5::text, $6::text[], $7::bytea, $8::timestamptz, $9::timestamptz \
             where (select count(*) from vault.api_keys where tenant = $2) < $10",
        )
        .bind(key.id)
        .bind(key.tenant.id())
        .bind(key.tenant.slug())
        .bind(key.person)
        .bind(key.role.as_str())
        .bind(&key.scopes)
        .bind(token.hash.as_slice())
        .bind(now)
        .bind(key.expires_at)
        .bind(MOST_API_KEYS)
        .execute(&mut *tx)
        .await?;
        if made.rows_affected() == 0 {
            return Err(VaultError::TooMany("API keys"));
        }
        tx.commit().await?;
        Ok(token.text)
    }

    /// The key that a text is; `None` where it is none, has expired or was revoked. What is misspelt
    /// is known without asking Postgres.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn api_key(
        &self,
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<ApiKey>, VaultError> {
        let Some(token) = KeyToken::read(text) else {
            return Ok(None);
        };
        let mut tx = self.begin(Scope::api_key(token.id)).await?;
        let row = sqlx::query(
            "select id, tenant_slug, person, role, scopes, expires_at, last_used_at, last_address, secret \
             from vault.api_keys where id = $1 and (expires_at is null or expires_at > $2)",
        )
        .bind(token.id)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let secret: Vec<u8> = row.try_get(8)?;
        if !bool::from(secret.ct_eq(&token.hash)) {
            return Ok(None);
        }
        key(&row).map(Some)
    }

    /// A key was used. Written at most once a minute unless the address is another one; answers
    /// whether it is: the key comes from where its last use didn't.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn api_key_used(
        &self,
        key: &ApiKey,
        address: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, VaultError> {
        let known = match &key.last_address {
            Some(sealed) => {
                self.open_field(key.person, &key.tenant, ADDRESS, sealed)
                    .await?
            }
            None => None,
        };
        let moved = known.as_deref().is_some_and(|known| known != address);
        let lately = key.last_used_at.is_some_and(|at| at + LAZY > now);
        if lately && !moved {
            return Ok(false);
        }
        let sealed = match self.seal(key.person, &key.tenant, ADDRESS, address).await {
            Ok(sealed) => Some(sealed),
            Err(VaultError::Erased) => None,
            Err(error) => return Err(error),
        };
        let mut tx = self.begin(Scope::tenant(key.tenant.id())).await?;
        sqlx::query(
            "update vault.api_keys set last_used_at = greatest(last_used_at, $2), last_address = $3 where id = $1",
        )
        .bind(key.id)
        .bind(now)
        .bind(sealed)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// When an organization's keys were last used; those that never were are left out.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn api_key_uses(&self, tenant: &Tenant) -> Result<Vec<KeyUse>, VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        let rows: Vec<(Uuid, Uuid, DateTime<Utc>, Option<String>)> = sqlx::query_as(
            "select id, person, last_used_at, last_address from vault.api_keys \
             where tenant = $1 and last_used_at is not null order by id limit $2",
        )
        .bind(tenant.id())
        .bind(MOST_API_KEYS)
        .fetch_all(&mut *tx)
        .await?;
        drop(tx);
        let sealed: Vec<Field<'_>> = rows.iter().filter_map(address).collect();
        let mut opened = self.open_fields(tenant, &sealed).await?.into_iter();
        let uses = rows.iter().map(|row| KeyUse {
            id: row.0,
            last_used_at: row.2,
            address: address(row).and_then(|_| opened.next().flatten()),
        });
        Ok(uses.collect())
    }

    /// Revokes a key: at once here, within a second wherever it is remembered.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn revoke_api_key(
        &self,
        tenant: &Tenant,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let tenant = tenant.id();
        let mut tx = self.begin(Scope::tenant(tenant)).await?;
        sqlx::query("delete from vault.api_keys where id = $1 and tenant = $2")
            .bind(id)
            .bind(tenant)
            .execute(&mut *tx)
            .await?;
        let kept = self.shared.revocations_kept;
        revoke(&mut tx, Revoked::Key { id, tenant }, now, kept).await?;
        tx.commit().await
    }
}

/// Where a key's last use came from, as it is sealed.
fn address(row: &(Uuid, Uuid, DateTime<Utc>, Option<String>)) -> Option<Field<'_>> {
    let (_, subject, _, sealed) = row;
    sealed.as_deref().map(|sealed| Field {
        subject: *subject,
        name: ADDRESS,
        sealed,
    })
}

fn key(row: &PgRow) -> Result<ApiKey, VaultError> {
    let role: &str = row.try_get(3)?;
    Ok(ApiKey {
        id: row.try_get(0)?,
        tenant: Tenant::from_slug(row.try_get(1)?)
            .map_err(|_| VaultError::Corrupt("an organization's slug"))?,
        person: row.try_get(2)?,
        role: role
            .parse()
            .map_err(|_| VaultError::Corrupt("a key's role"))?,
        scopes: row.try_get(4)?,
        expires_at: row.try_get(5)?,
        last_used_at: row.try_get(6)?,
        last_address: row.try_get(7)?,
    })
}
