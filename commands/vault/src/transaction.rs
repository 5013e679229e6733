//! A transaction that sees one person's and one organization's rows.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgTransactionManager;
use sqlx::{Executor, PgConnection, PgPool, Postgres, TransactionManager};

use crate::VaultError;
use crate::scope::Scope;

/// Dropped without [`VaultTx::commit`], it is rolled back.
///
/// Not sqlx's own `Transaction`: where its `begin_with` fails or is cancelled half-way, the
/// connection would go back to the pool inside a transaction. This one is closed instead.
pub(crate) struct VaultTx {
    connection: PoolConnection<Postgres>,
}

/// Closes the connection unless it is taken out.
struct Unsettled(Option<PoolConnection<Postgres>>);

impl Drop for Unsettled {
    fn drop(&mut self) {
        if let Some(connection) = &mut self.0 {
            connection.close_on_drop();
        }
    }
}

impl VaultTx {
    /// One round trip.
    pub(crate) async fn begin(pool: &PgPool, scope: Scope) -> Result<Self, VaultError> {
        let mut beginning = Unsettled(Some(pool.acquire().await?));
        if let Some(connection) = &mut beginning.0 {
            let statement = begin_statement(scope);
            PgTransactionManager::begin(connection, Some(statement.into())).await?;
        }
        match beginning.0.take() {
            Some(connection) => Ok(Self { connection }),
            None => Err(VaultError::Unavailable("no connection".into())),
        }
    }

    /// From now on it sees another's rows.
    pub(crate) async fn enter(&mut self, scope: Scope) -> Result<(), VaultError> {
        let statement = format!("SELECT {}", names(scope));
        // Not `raw_sql`: its future is not Send for every lifetime.
        self.connection.execute(statement.as_str()).await?;
        Ok(())
    }

    pub(crate) async fn commit(mut self) -> Result<(), VaultError> {
        PgTransactionManager::commit(&mut self.connection).await?;
        Ok(())
    }
}

fn begin_statement(scope: Scope) -> String {
    format!("BEGIN; SELECT {}", names(scope))
}

fn names(scope: Scope) -> String {
    format!(
        "set_config('app.person', {}, true), set_config('app.tenant', {}, true)",
        scope.person, scope.tenant
    )
}

impl Drop for VaultTx {
    fn drop(&mut self) {
        // Queued now, sent with whatever the connection does next; nothing where it was committed.
        PgTransactionManager::start_rollback(&mut self.connection);
    }
}

impl Deref for VaultTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for VaultTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
