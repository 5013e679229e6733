//! When organizations are to be closed for good: noted from the log, so that somebody thinks of it.

use chrono::{DateTime, Utc};
use flowgrid_bus::{RecordedEvent, Tenant};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::scope::Scope;
use crate::{Vault, VaultError};

/// What an `organization.closing` says.
#[derive(Deserialize)]
struct Closing {
    until: DateTime<Utc>,
}

impl Vault {
    /// Organizations whose time to change their mind is over, the longest due first.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn due_closings(
        &self,
        now: DateTime<Utc>,
        most: u16,
    ) -> Result<Vec<Tenant>, VaultError> {
        let slugs: Vec<String> = sqlx::query_scalar(
            "select tenant_slug from vault.closings where due_at <= $1 order by due_at limit $2",
        )
        .bind(now)
        .bind(i32::from(most))
        .fetch_all(&self.shared.pool)
        .await?;
        let tenant = |slug: &String| {
            Tenant::from_slug(slug).map_err(|_| VaultError::Corrupt("an organization's slug"))
        };
        slugs.iter().map(tenant).collect()
    }

    /// Nothing is left to be done about an organization that is closed.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn closing_done(&self, tenant: &Tenant) -> Result<(), VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        sqlx::query(NEVER)
            .bind(tenant.id())
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }
}

/// Never again.
const NEVER: &str = "update vault.closings set due_at = 'infinity' where tenant = $1";

/// Notes what an event says of the end of its organization; of any other event, nothing. The
/// organization's own id is its slug.
pub(crate) async fn note(
    connection: &mut PgConnection,
    event: &RecordedEvent,
) -> Result<(), VaultError> {
    let due_at = match &*event.event_type {
        "organization.closing" => {
            let closing: Closing = serde_json::from_str(event.payload_str())
                .map_err(|_| VaultError::Corrupt("when an organization is to be closed"))?;
            Some(closing.until)
        }
        "organization.kept" => None,
        _ => return Ok(()),
    };
    sqlx::query(
        "insert into vault.closings (tenant, tenant_slug, due_at) values ($1, $2, coalesce($3, 'infinity')) \
         on conflict (tenant) do update set due_at = excluded.due_at",
    )
    .bind(event.tenant_id)
    .bind(event.local_id())
    .bind(due_at)
    .execute(connection)
    .await?;
    Ok(())
}
