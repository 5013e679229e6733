//! Reading without row-level security and without a transaction: only to measure what they cost. It isn't
//! compiled into the product.

use std::sync::Arc;

use flowgrid_bus::Tenant;
use flowgrid_log::{DbRole, connect_options};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};

use super::{ReadModels, TenantTx};
use crate::{ModelName, ReadError};

impl ReadModels {
    /// As the owner of the tables, who must be a superuser: nobody else is free of the policies. Sees the
    /// generations that are live now, for ever.
    ///
    /// # Errors
    /// [`ReadError::Unavailable`] when Postgres can't be reached.
    pub async fn unprotected(url: &str, connections: u32) -> Result<Self, ReadError> {
        let options = connect_options(url, DbRole::Owner)?;
        let mut owner = PgConnection::connect_with(&options).await?;
        let names: Vec<String> = ModelName::ALL.iter().map(ToString::to_string).collect();
        let live: String = sqlx::query_scalar(
            "select string_agg(schema_name, ',' order by name desc) from public.projection_live \
             where name = any($1)",
        )
        .bind(names)
        .fetch_one(&mut owner)
        .await?;
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .test_before_acquire(false)
            .connect_lazy_with(options.options([("search_path", live)]));
        Ok(Self {
            pool,
            local: None,
            unprotected: true,
            lives: Arc::default(),
            live: Arc::default(),
        })
    }
}

impl TenantTx {
    /// A bare connection.
    pub(super) async fn without(pool: &PgPool, tenant: &Tenant) -> Result<Self, ReadError> {
        Ok(Self {
            connection: pool.acquire().await?,
            tenant: tenant.id(),
        })
    }
}
