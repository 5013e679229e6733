//! Personal data: sealed under a key for each person and organization. Erasing destroys the key.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use uuid::Uuid;

use crate::cipher::{self, CipherKey};
use crate::revocations::revoke;
use crate::scope::Scope;
use crate::vault::unwrapped;
use crate::{Revoked, Vault, VaultError, random};

/// What a personal key is sealed as.
pub(crate) const LABEL: &str = "personal-key";
/// What a sealed text begins with.
const VERSION: &str = "v1.";
/// The most keys read at once.
const MOST_AT_ONCE: usize = 1_000;

/// A sealed text, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// A person, or somebody invited.
    pub subject: Uuid,
    /// `email`, `name`, …
    pub name: &'a str,
    pub sealed: &'a str,
}

impl Vault {
    /// Makes the key of what an organization holds of a subject, if there is none.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn make_keys(&self, subject: Uuid, tenant: &Tenant) -> Result<(), VaultError> {
        let key = random::bytes::<32>()?;
        let context = context(subject, tenant.id());
        let wrapped = self.masters().seal(LABEL, context, key.as_slice())?;
        let mut tx = self.begin(Scope::member(subject, tenant.id())).await?;
        sqlx::query(
            "insert into vault.personal_keys (subject, tenant, key_id, wrapped) values ($1, $2, $3, $4) \
             on conflict do nothing",
        )
        .bind(subject)
        .bind(tenant.id())
        .bind(self.masters().current())
        .bind(wrapped)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// The same for who comes back after it was erased at `since`: a key from before goes, as it is
    /// about to go anyway; one that was made after stays.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn renew_keys(
        &self,
        subject: Uuid,
        tenant: &Tenant,
        since: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::member(subject, tenant.id())).await?;
        sqlx::query(
            "delete from vault.personal_keys where subject = $1 and tenant = $2 and made_at <= $3",
        )
        .bind(subject)
        .bind(tenant.id())
        .bind(since)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        // Another process may have destroyed and made it: what is remembered here is no use.
        self.shared.keys.forget(subject, Some(tenant.id()));
        self.make_keys(subject, tenant).await
    }

    /// Seals a text for events and read models: `v1.` and base64url. It opens for the same subject,
    /// organization and field alone.
    ///
    /// # Errors
    /// [`VaultError::Erased`] when the subject has no key there.
    pub async fn seal(
        &self,
        subject: Uuid,
        tenant: &Tenant,
        field: &str,
        plain: &str,
    ) -> Result<String, VaultError> {
        let keys = self.keys(tenant, &[subject]).await?;
        let key = keys.get(&subject).ok_or(VaultError::Erased)?;
        let sealed = cipher::seal(key, &aad(subject, tenant, field), plain.as_bytes())?;
        Ok(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens a sealed text; `None` where its key was destroyed: the subject is erased.
    ///
    /// # Errors
    /// [`VaultError::Unopenable`] for what wasn't sealed for this place.
    pub async fn open_field(
        &self,
        subject: Uuid,
        tenant: &Tenant,
        field: &str,
        sealed: &str,
    ) -> Result<Option<String>, VaultError> {
        let field = Field {
            subject,
            name: field,
            sealed,
        };
        let keys = self.keys(tenant, &[subject]).await?;
        opened(&keys, tenant, &field)
    }

    /// Opens what a list of one organization holds, in its order, with one query for the keys.
    ///
    /// # Errors
    /// As [`Vault::open_field`].
    pub async fn open_fields(
        &self,
        tenant: &Tenant,
        fields: &[Field<'_>],
    ) -> Result<Vec<Option<String>>, VaultError> {
        let mut subjects: Vec<Uuid> = fields.iter().map(|field| field.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let keys = self.keys(tenant, &subjects).await?;
        fields
            .iter()
            .map(|field| opened(&keys, tenant, field))
            .collect()
    }

    /// The organizations that hold, or held, something of a subject, the oldest first; at most
    /// 1,000. Whether it is still a member there is theirs to say.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn tenants_of(&self, subject: Uuid) -> Result<Vec<Uuid>, VaultError> {
        // One round trip: the function names the subject first, as a transaction does.
        let found = sqlx::query_scalar("select vault.tenants_of($1)")
            .bind(subject)
            .fetch_all(&self.shared.pool)
            .await?;
        Ok(found)
    }

    /// Destroys the keys of a subject in one organization or in all, and ends what access tokens
    /// it has there. What was sealed under them never opens again.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn shred(
        &self,
        subject: Uuid,
        tenant: Option<&Tenant>,
        now: DateTime<Utc>,
    ) -> Result<(), VaultError> {
        let kept = self.shared.revocations_kept;
        let revoked = tenant.map_or(Revoked::Person(subject), |tenant| Revoked::Member {
            person: subject,
            tenant: tenant.id(),
        });
        let mut tx = self.begin(revoked.scope()).await?;
        sqlx::query(
            "delete from vault.personal_keys where subject = $1 and ($2::uuid is null or tenant = $2)",
        )
        .bind(subject)
        .bind(tenant.map(Tenant::id))
        .execute(&mut *tx)
        .await?;
        revoke(&mut tx, revoked, now, kept).await?;
        tx.commit().await?;
        self.shared.keys.forget(subject, tenant.map(Tenant::id));
        Ok(())
    }

    /// The keys that there are of these subjects.
    async fn keys(
        &self,
        tenant: &Tenant,
        subjects: &[Uuid],
    ) -> Result<HashMap<Uuid, Arc<CipherKey>>, VaultError> {
        let cache = &self.shared.keys;
        let mut found = HashMap::with_capacity(subjects.len());
        let mut missing = Vec::new();
        for subject in subjects {
            match cache.get(tenant.id(), *subject) {
                Some(key) => drop(found.insert(*subject, key)),
                None => missing.push(*subject),
            }
        }
        for some in missing.chunks(MOST_AT_ONCE) {
            let since = cache.reading();
            for (subject, key) in self.read_keys(tenant, some).await? {
                cache.put(since, tenant.id(), subject, &key);
                found.insert(subject, key);
            }
        }
        Ok(found)
    }

    async fn read_keys(
        &self,
        tenant: &Tenant,
        subjects: &[Uuid],
    ) -> Result<Vec<(Uuid, Arc<CipherKey>)>, VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
            "select subject, wrapped from vault.personal_keys where tenant = $1 and subject = any($2)",
        )
        .bind(tenant.id())
        .bind(subjects)
        .fetch_all(&mut *tx)
        .await?;
        rows.into_iter()
            .map(|(subject, wrapped)| {
                let context = context(subject, tenant.id());
                let key = unwrapped(self.masters(), LABEL, context, &wrapped)?;
                Ok((subject, Arc::new(key)))
            })
            .collect()
    }
}

fn opened(
    keys: &HashMap<Uuid, Arc<CipherKey>>,
    tenant: &Tenant,
    field: &Field<'_>,
) -> Result<Option<String>, VaultError> {
    let sealed = field
        .sealed
        .strip_prefix(VERSION)
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .ok_or(VaultError::Unopenable("not a sealed text"))?;
    let Some(key) = keys.get(&field.subject) else {
        return Ok(None);
    };
    let plain = cipher::open(key, &aad(field.subject, tenant, field.name), &sealed)?;
    String::from_utf8(plain.to_vec())
        .map(Some)
        .map_err(|_| VaultError::Unopenable("no text"))
}

/// Both ids are of fixed length, so nothing can run into the field's name.
fn aad(subject: Uuid, tenant: &Tenant, field: &str) -> Vec<u8> {
    [context(subject, tenant.id()).as_slice(), field.as_bytes()].concat()
}

pub(crate) fn context(subject: Uuid, tenant: Uuid) -> [u8; 32] {
    let mut both = [0; 32];
    both[..16].copy_from_slice(subject.as_bytes());
    both[16..].copy_from_slice(tenant.as_bytes());
    both
}
