//! Organizations that are closed for good: no read model has rows of theirs, whatever the log holds.

use std::collections::HashSet;

use flowgrid_bus::Tenant;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::read_model::BatchWrites;
use crate::staged::{Patch, Writes};
use crate::{ModelName, ReadError};

/// Rows deleted in one transaction.
const AT_ONCE: i64 = 5_000;

/// The organizations that are no more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Closed(HashSet<Uuid>);

impl Closed {
    pub(crate) async fn load(executor: impl PgExecutor<'_>) -> Result<Self, sqlx::Error> {
        let ids: Vec<Uuid> = sqlx::query_scalar("select tenant_id from public.closed_tenants")
            .fetch_all(executor)
            .await?;
        Ok(Self(ids.into_iter().collect()))
    }

    pub(crate) fn has(&self, tenant: Uuid) -> bool {
        self.0.contains(&tenant)
    }
}

impl<P: Patch + 'static> BatchWrites for Writes<P> {
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn leave_out(&mut self, closed: &Closed) -> bool {
        let before = self.len();
        let stays = |tenant: &Uuid| !closed.has(*tenant);
        self.inserts.retain(|((tenant, _), _)| stays(tenant));
        self.puts.retain(|((tenant, _), _)| stays(tenant));
        self.updates.retain(|((tenant, _), _)| stays(tenant));
        self.deletes.retain(|(tenant, _)| stays(tenant));
        self.len() < before
    }
}

/// Drops all rows of an organization from every generation, and sees that rebuilds and verifications
/// leave them out; answers how many there were. What a projector writes of it at the same moment is
/// dropped by the next call.
pub(crate) async fn forget(tenant: &Tenant, pool: &PgPool) -> Result<u64, ReadError> {
    sqlx::query("insert into public.closed_tenants (tenant_id) values ($1) on conflict do nothing")
        .bind(tenant.id())
        .execute(pool)
        .await?;
    let mut dropped = 0;
    for model in ModelName::ALL {
        for table in model.tables() {
            for schema in schemas(model, table, pool).await? {
                dropped += drop_rows(&schema, table, tenant, pool).await?;
            }
        }
    }
    Ok(dropped)
}

/// The schemas of a model, of whatever version, in which one of its tables is.
async fn schemas(model: ModelName, table: &str, pool: &PgPool) -> Result<Vec<String>, ReadError> {
    let found = sqlx::query_scalar(
        "select schema_name from public.projection_generations \
         where name = $1 and to_regclass(schema_name || '.' || $2) is not null order by schema_name",
    )
    .bind(model.as_str())
    .bind(table)
    .fetch_all(pool)
    .await?;
    Ok(found)
}

async fn drop_rows(
    schema: &str,
    table: &str,
    tenant: &Tenant,
    pool: &PgPool,
) -> Result<u64, ReadError> {
    // The primary key of every table begins with the organization.
    let delete = format!(
        "delete from {schema}.{table} where tenant_id = $1 and id in \
         (select id from {schema}.{table} where tenant_id = $1 order by id limit $2)"
    );
    let mut dropped = 0;
    loop {
        let some = sqlx::query(&delete)
            .bind(tenant.id())
            .bind(AT_ONCE)
            .execute(pool)
            .await?
            .rows_affected();
        dropped += some;
        if some < AT_ONCE.unsigned_abs() {
            return Ok(dropped);
        }
    }
}
