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

/// What the members of an organization haven't been told of its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntoldClosing {
    pub tenant: Tenant,
    /// When it is to be closed; `None` where it stays, or is closed already.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was to be closed, as they were told last; `None` where they know of nothing.
    pub known: Option<DateTime<Utc>>,
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

    /// Organizations of which there is something to tell. What is due at `now` is told once it is closed.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn untold_closings(
        &self,
        now: DateTime<Utc>,
        most: u16,
    ) -> Result<Vec<UntoldClosing>, VaultError> {
        type Time = Option<DateTime<Utc>>;
        let rows: Vec<(String, Time, Time)> = sqlx::query_as(
            "select tenant_slug, nullif(due_at, 'infinity'), nullif(told_until, 'infinity') \
               from vault.closings where told_until is distinct from due_at and due_at > $1 \
              order by due_at limit $2",
        )
        .bind(now)
        .bind(i32::from(most))
        .fetch_all(&self.shared.pool)
        .await?;
        let untold = |(slug, due_at, known): (String, Time, Time)| {
            let tenant = Tenant::from_slug(&slug)
                .map_err(|_| VaultError::Corrupt("an organization's slug"))?;
            Ok(UntoldClosing {
                tenant,
                due_at,
                known,
            })
        };
        rows.into_iter().map(untold).collect()
    }

    /// The members know it now, unless it has become different meanwhile.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn closing_told(&self, told: &UntoldClosing) -> Result<(), VaultError> {
        let tenant = told.tenant.id();
        let mut tx = self.begin(Scope::tenant(tenant)).await?;
        sqlx::query(
            "update vault.closings set told_until = due_at \
              where tenant = $1 and due_at = coalesce($2, 'infinity')",
        )
        .bind(tenant)
        .bind(told.due_at)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
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

/// Never again, and nobody is told anything more.
const NEVER: &str =
    "update vault.closings set due_at = 'infinity', told_until = 'infinity' where tenant = $1";

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
