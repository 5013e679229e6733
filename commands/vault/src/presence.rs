//! When members were last there: kept when their sessions are gone.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::scope::Scope;
use crate::{Vault, VaultError};

/// When somebody was in an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// When it last signed in.
    pub signed_in_at: DateTime<Utc>,
    /// When its last session was last used, to within an access token's life.
    pub seen_at: DateTime<Utc>,
}

impl Vault {
    /// When these people were last there; who never was is absent.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn presence(
        &self,
        tenant: &Tenant,
        people: &[Uuid],
    ) -> Result<HashMap<Uuid, Presence>, VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        let rows: Vec<(Uuid, DateTime<Utc>, DateTime<Utc>)> = sqlx::query_as(
            "select person, signed_in_at, seen_at from vault.presence where tenant = $1 and person = any($2)",
        )
        .bind(tenant.id())
        .bind(people)
        .fetch_all(&mut *tx)
        .await?;
        let read = |(person, signed_in_at, seen_at)| {
            let presence = Presence {
                signed_in_at,
                seen_at,
            };
            (person, presence)
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// How many people of an organization were there since each of these times.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub async fn present_since(
        &self,
        tenant: &Tenant,
        times: [DateTime<Utc>; 3],
    ) -> Result<[u64; 3], VaultError> {
        let mut tx = self.begin(Scope::tenant(tenant.id())).await?;
        let (one, two, three): (i64, i64, i64) = sqlx::query_as(
            "select count(*) filter (where seen_at >= $2), count(*) filter (where seen_at >= $3), \
             count(*) filter (where seen_at >= $4) from vault.presence where tenant = $1",
        )
        .bind(tenant.id())
        .bind(times[0])
        .bind(times[1])
        .bind(times[2])
        .fetch_one(&mut *tx)
        .await?;
        Ok([one, two, three].map(i64::cast_unsigned))
    }
}

/// Notes that a session goes on. Nobody is there whose data was erased meanwhile.
pub(crate) async fn seen(
    connection: &mut PgConnection,
    person: Uuid,
    tenant: Uuid,
    now: DateTime<Utc>,
) -> Result<(), VaultError> {
    sqlx::query(
        "update vault.presence set seen_at = greatest(seen_at, $3) where tenant = $1 and person = $2",
    )
    .bind(tenant)
    .bind(person)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
