//! The door to all read models.

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::{Position, Tenant};
use flowgrid_log::{DbRole, connect_options, pool};
use sqlx::PgPool;

use super::live::Live;
use super::{TenantTx, role, wait};
use crate::{ModelName, Positions, ReadError};

/// The longest that one query may take.
const STATEMENT_TIMEOUT: &str = "5s";

/// All read models, behind the role that can only query. Cheap to clone.
#[derive(Clone)]
pub struct ReadModels {
    pub(super) pool: PgPool,
    pub(super) local: Option<Positions>,
    #[cfg(feature = "unprotected")]
    pub(super) unprotected: bool,
    pub(super) lives: Arc<wait::Lives>,
    pub(super) live: Arc<Live>,
}

impl ReadModels {
    /// # Errors
    /// [`ReadError::Unsafe`] when the role isn't held by row-level security: the process must not
    /// start then. [`ReadError::Unavailable`] when Postgres can't be reached.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, ReadError> {
        let pool = pool(url, DbRole::Query, max_connections)?;
        let options = connect_options(url, DbRole::Query)?;
        pool.set_connect_options(options.options([("statement_timeout", STATEMENT_TIMEOUT)]));
        role::check(&pool).await?;
        Ok(Self {
            pool,
            local: None,
            #[cfg(feature = "unprotected")]
            unprotected: false,
            lives: Arc::default(),
            live: Arc::default(),
        })
    }

    /// Learns the positions of the projectors in this process, so that waiting for one of them
    /// costs no query.
    #[must_use]
    pub fn with_local(mut self, positions: Positions) -> Self {
        self.local = Some(positions);
        self
    }

    /// Begins a transaction of one organization that sees the live generations of `models`.
    ///
    /// # Errors
    /// [`ReadError::Unavailable`] when Postgres can't be reached. That a model isn't ready is
    /// noticed by the query.
    pub async fn begin(
        &self,
        tenant: &Tenant,
        models: &[ModelName],
    ) -> Result<TenantTx, ReadError> {
        #[cfg(feature = "unprotected")]
        if self.unprotected {
            return TenantTx::without(&self.pool, tenant).await;
        }
        if let Some(schemas) = self.live.of(models) {
            if let Some(tx) = TenantTx::begin_in(&self.pool, tenant, &schemas).await? {
                return Ok(tx);
            }
            self.live.forget(models);
        }
        let mut tx = TenantTx::begin(&self.pool, tenant, models).await?;
        self.live.learn(models, &mut tx).await?;
        Ok(tx)
    }

    /// The same once `models` have got to `position`: read your writes. Asks which generations are live
    /// after it has waited: what this process knows may be older than the wait, by as long as Postgres
    /// takes between making a swap visible and telling all connections of it.
    ///
    /// # Errors
    /// As [`ReadModels::begin`] and [`ReadModels::wait_for`].
    pub async fn begin_after(
        &self,
        tenant: &Tenant,
        models: &[ModelName],
        position: Position,
        limit: Duration,
    ) -> Result<TenantTx, ReadError> {
        self.wait_for(models, position, limit).await?;
        TenantTx::begin(&self.pool, tenant, models).await
    }

    /// Waits until `models` have got to `position`: read your writes.
    ///
    /// # Errors
    /// [`ReadError::Behind`] when one hasn't within `limit`; [`ReadError::ForeignPosition`] when
    /// the token is of another log or life.
    pub async fn wait_for(
        &self,
        models: &[ModelName],
        position: Position,
        limit: Duration,
    ) -> Result<(), ReadError> {
        let kind = self.lives.kind_of(&self.pool, position).await?;
        let deadline = tokio::time::Instant::now() + limit;
        // The others say nothing of what stands on that log.
        for model in models
            .iter()
            .filter(|model| model.log_kinds().contains(&kind))
        {
            wait::reached(&self.pool, self.local.as_ref(), *model, position, deadline).await?;
        }
        Ok(())
    }

    /// A round trip to Postgres in the role for queries, for probes.
    ///
    /// # Errors
    /// [`ReadError::Unavailable`] when there is no answer.
    pub async fn ping(&self) -> Result<(), ReadError> {
        sqlx::query("select 1").execute(&self.pool).await?;
        Ok(())
    }
}
