//! The tables of a generation. Made by the owner; the roles that work with them own nothing.

use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::Generation;
use crate::ReadError;
use crate::read_model::ReadModel;
use crate::simple;

/// How long DDL may wait for queries that still use a table.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Makes the schema and the tables, behind row-level security from the first row on. Idempotent.
/// Only projectors can reach them until they are sealed.
pub(crate) async fn create_tables<M: ReadModel>(
    generation: &Generation,
    owner: &mut PgConnection,
) -> Result<(), ReadError> {
    let schema = &generation.schema;
    let protect: String = M::NAME
        .tables()
        .iter()
        .map(|table| protect(table))
        .collect();
    let sql = format!(
        "set local client_min_messages = warning; create schema if not exists {schema}; \
         grant usage on schema {schema} to flowgrid_project; set local search_path = {schema}; {};{protect}",
        M::TABLES_SQL.trim().trim_end_matches(';')
    );
    run(&sql, owner).await
}

fn protect(table: &str) -> String {
    format!(
        " alter table {table} enable row level security; \
         alter table {table} force row level security; \
         drop policy if exists of_the_tenant on {table}; \
         create policy of_the_tenant on {table} for select to flowgrid_query \
           using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid)); \
         drop policy if exists of_all on {table}; \
         create policy of_all on {table} to flowgrid_project using (true) with check (true); \
         grant select, insert, update, delete on {table} to flowgrid_project;"
    )
}

/// Makes the other indexes, once the rows of history are in, gathers statistics and lets queries
/// in. Idempotent.
///
/// Not of what is empty: there, statistics say that reading all of it is as good as looking a row up, and writers keep
/// the plan that they make then. Without any, Postgres expects some pages, and looks up.
pub(crate) async fn seal<M: ReadModel>(
    generation: &Generation,
    owner: &mut PgConnection,
) -> Result<(), ReadError> {
    let schema = &generation.schema;
    let open = |table: &&str| {
        format!(
            " do $$ begin if pg_relation_size('{table}') + coalesce((select sum(pg_relation_size(relid)) \
               from pg_partition_tree('{table}')), 0) > 0 then analyze {table}; end if; end $$; \
             grant select on {table} to flowgrid_query;"
        )
    };
    let open: String = M::NAME.tables().iter().map(open).collect();
    let sql = format!(
        "set local search_path = {schema}; {};{open} grant usage on schema {schema} to flowgrid_query",
        M::INDEXES_SQL.trim().trim_end_matches(';')
    );
    run(&sql, owner).await
}

/// Drops a generation's schema, or fails when a query still uses it: it is tried again then.
pub(crate) async fn drop_schema(schema: &str, owner: &mut PgConnection) -> Result<(), ReadError> {
    let sql = format!(
        "set local lock_timeout = {}; set local client_min_messages = warning; drop schema if exists {schema} cascade",
        LOCK_TIMEOUT.as_millis()
    );
    run(&sql, owner).await
}

async fn run(sql: &str, owner: &mut PgConnection) -> Result<(), ReadError> {
    let mut transaction = owner.begin().await?;
    simple::run(&mut transaction, sql).await?;
    transaction.commit().await?;
    Ok(())
}
