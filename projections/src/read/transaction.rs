//! A read-only transaction that sees one organization and the live generations.

use std::ops::{Deref, DerefMut};

use flowgrid_bus::Tenant;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgTransactionManager;
use sqlx::{PgConnection, PgPool, Postgres, TransactionManager};
use uuid::Uuid;

use crate::{ModelName, ReadError};

/// A transaction of one organization. Row-level security shows it that organization's rows alone,
/// and its search path holds the generations that were live when it began, so a swap in between
/// can't tear what it reads. Dropping it ends it.
///
/// Not sqlx's own `Transaction`: where its `begin_with` fails or is cancelled half-way, the
/// connection would go back to the pool inside a transaction. This one is closed instead.
pub struct TenantTx {
    pub(super) connection: PoolConnection<Postgres>,
    pub(super) tenant: Uuid,
}

/// Closes the connection unless the transaction has begun.
struct Beginning(Option<PoolConnection<Postgres>>);

impl Drop for Beginning {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

impl TenantTx {
    /// Looks up which generations are live.
    pub(crate) async fn begin(
        pool: &PgPool,
        tenant: &Tenant,
        models: &[ModelName],
    ) -> Result<Self, ReadError> {
        let statement = looking_up(tenant.id(), models);
        Ok(Self::begin_with(pool, tenant, statement).await?)
    }

    /// In generations of which it is known that they were live; `None` when one isn't any more.
    pub(crate) async fn begin_in(
        pool: &PgPool,
        tenant: &Tenant,
        schemas: &[String],
    ) -> Result<Option<Self>, ReadError> {
        match Self::begin_with(pool, tenant, known(tenant.id(), schemas)).await {
            Ok(tx) => Ok(Some(tx)),
            Err(error) if is_swapped_out(&error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn begin_with(
        pool: &PgPool,
        tenant: &Tenant,
        statement: String,
    ) -> Result<Self, sqlx::Error> {
        let mut beginning = Beginning(Some(pool.acquire().await?));
        if let Some(connection) = &mut beginning.0 {
            PgTransactionManager::begin(connection, Some(statement.into())).await?;
        }
        let connection = beginning.0.take().ok_or(sqlx::Error::PoolClosed)?;
        Ok(Self {
            connection,
            tenant: tenant.id(),
        })
    }

    /// Whose rows it sees: for the explicit WHERE, the first of the two locks.
    pub(crate) fn tenant(&self) -> Uuid {
        self.tenant
    }
}

/// One round trip: begins, names the organization and puts the live generations on the search path.
/// All that is spliced in are a UUID and names of our own.
fn looking_up(tenant: Uuid, models: &[ModelName]) -> String {
    let names: Vec<&str> = models.iter().map(|model| model.as_str()).collect();
    let versions: Vec<String> = models
        .iter()
        .map(|model| model.version().to_string())
        .collect();
    format!(
        "BEGIN READ ONLY; SELECT public.enter_tenant('{tenant}', '{{{}}}', '{{{}}}')",
        names.join(","),
        versions.join(",")
    )
}

/// The same without anything that has to be planned: the lock fails where a generation was swapped out.
fn known(tenant: Uuid, schemas: &[String]) -> String {
    let marks: Vec<String> = schemas.iter().map(|name| format!("live.{name}")).collect();
    format!(
        "BEGIN READ ONLY; LOCK TABLE {} IN ACCESS SHARE MODE; SET LOCAL app.tenant = '{tenant}'; \
         SET LOCAL search_path = {}",
        marks.join(", "),
        schemas.join(", ")
    )
}

/// insufficient_privilege, undefined_table: swapped out, or dropped since.
fn is_swapped_out(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("42501" | "42P01"))
}

impl Drop for TenantTx {
    fn drop(&mut self) {
        // Queued now, sent with whatever the connection does next.
        PgTransactionManager::start_rollback(&mut self.connection);
    }
}

impl Deref for TenantTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for TenantTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
