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
    pub(crate) async fn begin(
        pool: &PgPool,
        tenant: &Tenant,
        models: &[ModelName],
    ) -> Result<Self, ReadError> {
        let mut beginning = Beginning(Some(pool.acquire().await?));
        if let Some(connection) = &mut beginning.0 {
            PgTransactionManager::begin(
                connection,
                Some(begin_statement(tenant.id(), models).into()),
            )
            .await?;
        }
        match beginning.0.take() {
            Some(connection) => Ok(Self {
                connection,
                tenant: tenant.id(),
            }),
            None => Err(ReadError::Unavailable("no connection".into())),
        }
    }

    /// Whose rows it sees: for the explicit WHERE, the first of the two locks.
    pub(crate) fn tenant(&self) -> Uuid {
        self.tenant
    }
}

/// One round trip: begins, names the organization and puts the live generations on the search path.
/// All that is spliced in are a UUID and names of our own.
fn begin_statement(tenant: Uuid, models: &[ModelName]) -> String {
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
