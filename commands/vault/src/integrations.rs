//! Credentials of outside services, sealed under a key for each organization.

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use sqlx::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::{self, CipherKey};
use crate::personal::context;
use crate::scope::Scope;
use crate::transaction::VaultTx;
use crate::vault::unwrapped;
use crate::{Vault, VaultError, random};

/// What an organization's key is sealed as; the context is the organization.
pub(crate) const LABEL: &str = "organization-key";
/// The most secrets of an organization, and the longest of them in bytes.
const MOST: i64 = 1_000;
const LONGEST: usize = 64 * 1024;

/// The credentials of an integration, as a command has left them.
pub struct IntegrationSecret<'a> {
    pub id: Uuid,
    /// Whose integration it is: when the person goes, they go.
    pub person: Uuid,
    /// Of the integration, by the command that brought them.
    pub revision: u64,
    pub plain: &'a str,
}

impl Vault {
    /// Keeps the credentials of an integration, in place of what there was, unless that came with a
    /// later revision.
    ///
    /// # Errors
    /// [`VaultError::TooMany`] beyond 1,000 of an organization or 64 KB; [`VaultError::Unavailable`].
    pub async fn set_secret(
        &self,
        tenant: &Tenant,
        secret: &IntegrationSecret<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        if secret.plain.len() > LONGEST {
            return Err(VaultError::TooMany("bytes of an integration's credentials"));
        }
        let tenant = tenant.id();
        let mut tx = self.begin(Scope::tenant(tenant)).await?;
        if others(&mut tx, tenant, secret.id).await? >= MOST {
            return Err(VaultError::TooMany("integrations"));
        }
        let key = self.organization_key_or_new(&mut tx, tenant).await?;
        let plain = secret.plain.as_bytes();
        let sealed = cipher::seal(&key, &context(secret.id, tenant), plain)?;
        sqlx::query(
            "insert into vault.integration_secrets as s (tenant, id, person, revision, sealed, changed_at) \
             values ($1, $2, $3, $4, $5, $6) \
             on conflict (tenant, id) do update set revision = excluded.revision, person = excluded.person, \
               sealed = excluded.sealed, changed_at = excluded.changed_at \
             where s.revision <= excluded.revision",
        )
        .bind(tenant)
        .bind(secret.id)
        .bind(secret.person)
        .bind(secret.revision.cast_signed())
        .bind(sealed)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// The credentials of an integration, for the call to its service.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn secret(
        &self,
        tenant: &Tenant,
        id: Uuid,
    ) -> Result<Option<Zeroizing<String>>, VaultError> {
        let tenant = tenant.id();
        let mut tx = self.begin(Scope::tenant(tenant)).await?;
        let found: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
            "select k.wrapped, s.sealed from vault.integration_secrets s \
             join vault.organization_keys k on k.tenant = s.tenant where s.tenant = $1 and s.id = $2",
        )
        .bind(tenant)
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
        let Some((wrapped, sealed)) = found else {
            return Ok(None);
        };
        let key = unwrapped(self.masters(), LABEL, tenant.as_bytes(), &wrapped)?;
        let plain = cipher::open(&key, &context(id, tenant), &sealed)?;
        String::from_utf8(plain.to_vec())
            .map(|plain| Some(Zeroizing::new(plain)))
            .map_err(|_| VaultError::Corrupt("an integration's credentials"))
    }

    /// Destroys the credentials of an integration, unless they came with a later revision than this.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn delete_secret(
        &self,
        tenant: &Tenant,
        id: Uuid,
        revision: u64,
    ) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        sqlx::query(
            "delete from vault.integration_secrets where tenant = $1 and id = $2 and revision <= $3",
        )
        .bind(tenant.id())
        .bind(id)
        .bind(revision.cast_signed())
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    async fn organization_key_or_new(
        &self,
        tx: &mut VaultTx,
        tenant: Uuid,
    ) -> Result<CipherKey, VaultError> {
        if let Some(key) = self.organization_key(tx, tenant).await? {
            return Ok(key);
        }
        let drawn = random::bytes::<32>()?;
        let wrapped = self
            .masters()
            .seal(LABEL, tenant.as_bytes(), drawn.as_slice())?;
        sqlx::query(
            "insert into vault.organization_keys (tenant, key_id, wrapped) values ($1, $2, $3) \
             on conflict do nothing",
        )
        .bind(tenant)
        .bind(self.masters().current())
        .bind(wrapped)
        .execute(&mut **tx)
        .await?;
        let kept = self.organization_key(tx, tenant).await?;
        kept.ok_or(VaultError::Corrupt("no key of the organization"))
    }

    async fn organization_key(
        &self,
        connection: &mut PgConnection,
        tenant: Uuid,
    ) -> Result<Option<CipherKey>, VaultError> {
        let wrapped: Option<Vec<u8>> =
            sqlx::query_scalar("select wrapped from vault.organization_keys where tenant = $1")
                .bind(tenant)
                .fetch_optional(connection)
                .await?;
        wrapped
            .map(|wrapped| unwrapped(self.masters(), LABEL, tenant.as_bytes(), &wrapped))
            .transpose()
    }
}

/// How many other integrations of an organization have credentials.
async fn others(connection: &mut PgConnection, tenant: Uuid, id: Uuid) -> Result<i64, VaultError> {
    let others = sqlx::query_scalar(
        "select count(*) from vault.integration_secrets where tenant = $1 and id <> $2",
    );
    Ok(others.bind(tenant).bind(id).fetch_one(connection).await?)
}
