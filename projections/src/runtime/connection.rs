//! Connections of projectors and rebuilds: each has its own for as long as it works.

use flowgrid_log::{DbRole, connect_options, pool};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection, PgPool};

use crate::ReadError;

/// A connection that somebody keeps for themselves. Closed when dropped.
pub(crate) type OwnedConnection = PgConnection;

/// Connections shared by whoever has a short question.
const SHARED: u32 = 3;

/// Opens connections to the database of this deployment.
#[derive(Clone)]
pub(crate) struct Client {
    url: String,
    pool: PgPool,
}

impl Client {
    pub(crate) fn new(url: &str) -> Result<Self, ReadError> {
        Ok(Self {
            url: url.to_owned(),
            pool: pool(url, DbRole::Project, SHARED)?,
        })
    }

    /// Connections for short statements on the bookkeeping.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Writes rows and checkpoints.
    ///
    /// Commits don't wait for the disk: rows and checkpoint travel in one transaction, so a crash
    /// can only lose both, and the projector goes on from the older checkpoint. Plans are made once
    /// and look rows up by key, because plans made while a table is nearly empty don't fit later.
    pub(crate) async fn writer(&self, schema: &str) -> Result<OwnedConnection, ReadError> {
        let options = connect_options(&self.url, DbRole::Project)?.options([
            ("search_path", schema),
            ("synchronous_commit", "off"),
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("jit", "off"),
        ]);
        connect(options).await
    }

    /// Reads rows and bookkeeping, and moves states on.
    pub(crate) async fn reader(&self) -> Result<OwnedConnection, ReadError> {
        connect(connect_options(&self.url, DbRole::Project)?).await
    }

    /// Makes and drops tables.
    pub(crate) async fn owner(&self) -> Result<OwnedConnection, ReadError> {
        Ok(connect_options(&self.url, DbRole::Owner)?.connect().await?)
    }
}

/// Bulk statements are slow by nature: sqlx need not warn of them.
async fn connect(options: PgConnectOptions) -> Result<OwnedConnection, ReadError> {
    Ok(options.disable_statement_logging().connect().await?)
}
