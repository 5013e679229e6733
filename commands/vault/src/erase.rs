//! Erasing: destroys whatever the vault holds of somebody.

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use uuid::Uuid;

use crate::follow::erase;
use crate::revocations::revoke;
use crate::scope::Scope;
use crate::{Revoked, Vault, VaultError};

impl Vault {
    /// Deletes what is kept of a member in one organization, if it is older than `at`, the time of the
    /// event that says so: sessions, API keys, and the key of its personal data, which never opens
    /// again. The event does the same once more wherever the log is followed.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn erase_member(
        &self,
        person: Uuid,
        tenant: &Tenant,
        at: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let revoked = Revoked::Member {
            person,
            tenant: tenant.id(),
        };
        self.erase(person, Some(tenant), revoked, at).await
    }

    /// Deletes everything that is kept of a person: password, second factor and mailed tokens too.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn erase_person(&self, person: Uuid, at: DateTime<Utc>) -> Result<(), VaultError> {
        let revoked = Revoked::Person(person);
        self.erase(person, None, revoked, at).await
    }

    async fn erase(
        &self,
        person: Uuid,
        tenant: Option<&Tenant>,
        revoked: Revoked,
        at: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let tenant = tenant.map(Tenant::id);
        let mut tx = self.begin(revoked.scope()).await?;
        erase(&mut tx, person, tenant, at).await?;
        revoke(&mut tx, revoked, at, self.shared.revocations_kept).await?;
        tx.commit().await?;
        self.shared.keys.forget(person, tenant);
        Ok(())
    }
}

/// The most keys of a member that are answered.
const MOST: i64 = 1_000;

impl Vault {
    /// Ids of a member's API keys in one organization.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn api_keys_of(
        &self,
        person: Uuid,
        tenant: &Tenant,
    ) -> Result<Vec<Uuid>, VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        let found = sqlx::query_scalar(
            "select id from vault.api_keys where tenant = $1 and person = $2 order by id limit $3",
        )
        .bind(tenant.id())
        .bind(person)
        .bind(MOST)
        .fetch_all(&mut *tx)
        .await?;
        Ok(found)
    }
}
