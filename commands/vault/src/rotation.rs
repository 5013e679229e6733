//! Wraps everything anew under the current master key, so that a previous one can be taken away.

use uuid::Uuid;

use crate::scope::Scope;
use crate::vault::INDEX_KEY;
use crate::{Vault, VaultError, integrations, personal, totp};

/// One row that is sealed under a master key.
struct Wrapped {
    table: &'static str,
    column: &'static str,
    label: &'static str,
    context: Vec<u8>,
    scope: Scope,
    /// `$1` is the subject, `$2` the organization.
    which: &'static str,
    subject: Option<Uuid>,
    tenant: Option<Uuid>,
}

impl Vault {
    /// Wraps up to `most` rows of each kind anew; answers how many. When it answers 0, and the mails
    /// that waited are sent, previous master keys can be taken out of the configuration.
    ///
    /// # Errors
    /// [`VaultError::Unopenable`] where a row is under a key that isn't set; [`VaultError::Unavailable`].
    pub async fn rewrap(&self, most: u32) -> Result<u64, VaultError> {
        let mut done = u64::from(self.rewrap_index_key().await?);
        let rows: Vec<(String, Option<Uuid>, Option<Uuid>)> =
            sqlx::query_as("select kind, subject, tenant from vault.wrapped_under_others($1, $2)")
                .bind(self.masters().current())
                .bind(i32::try_from(most).unwrap_or(i32::MAX))
                .fetch_all(&self.shared.pool)
                .await?;
        for (kind, subject, tenant) in rows {
            let row = wrapped(&kind, subject, tenant)
                .ok_or(VaultError::Corrupt("a kind of wrapped key"))?;
            self.rewrap_row(&row).await?;
            done += 1;
        }
        Ok(done)
    }

    async fn rewrap_index_key(&self) -> Result<bool, VaultError> {
        let pool = &self.shared.pool;
        let old: Vec<u8> = sqlx::query_scalar("select wrapped from vault.index_key")
            .fetch_one(pool)
            .await?;
        let Some(new) = self.masters().rewrap(INDEX_KEY, "", &old)? else {
            return Ok(false);
        };
        sqlx::query("update vault.index_key set key_id = $1, wrapped = $2 where wrapped = $3")
            .bind(self.masters().current())
            .bind(new)
            .bind(old)
            .execute(pool)
            .await?;
        Ok(true)
    }

    async fn rewrap_row(&self, row: &Wrapped) -> Result<(), VaultError> {
        let (table, column, which) = (row.table, row.column, row.which);
        let mut tx = self.begin(row.scope).await?;
        let select = format!("select {column} from vault.{table} where {which} for update");
        let old: Option<Vec<u8>> = sqlx::query_scalar(&select)
            .bind(row.subject)
            .bind(row.tenant)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(old) = old else { return Ok(()) };
        let Some(new) = self.masters().rewrap(row.label, &row.context, &old)? else {
            return Ok(());
        };
        let update = format!("update vault.{table} set key_id = $3, {column} = $4 where {which}");
        sqlx::query(&update)
            .bind(row.subject)
            .bind(row.tenant)
            .bind(self.masters().current())
            .bind(new)
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

fn wrapped(kind: &str, subject: Option<Uuid>, tenant: Option<Uuid>) -> Option<Wrapped> {
    Some(match (kind, subject, tenant) {
        ("personal", Some(of), Some(at)) => Wrapped {
            table: "personal_keys",
            column: "wrapped",
            label: personal::LABEL,
            context: personal::context(of, at).to_vec(),
            scope: Scope::member(of, at),
            which: "subject = $1 and tenant = $2",
            subject,
            tenant,
        },
        ("totp", Some(person), None) => Wrapped {
            table: "totp",
            column: "sealed",
            label: totp::LABEL,
            context: person.as_bytes().to_vec(),
            scope: Scope::person(person),
            which: "person = $1 and $2::uuid is null",
            subject,
            tenant,
        },
        ("organization", None, Some(organization)) => Wrapped {
            table: "organization_keys",
            column: "wrapped",
            label: integrations::LABEL,
            context: organization.as_bytes().to_vec(),
            scope: Scope::tenant(organization),
            which: "tenant = $2 and $1::uuid is null",
            subject,
            tenant,
        },
        _ => return None,
    })
}
