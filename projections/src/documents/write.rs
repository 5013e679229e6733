//! The statements that write documents, for a table each.

use sqlx::PgConnection;
use sqlx::types::Json;

use super::patch::DocumentPatch;
use crate::read_model::ROWS_PER_STATEMENT;
use crate::staged::RowKey;

type Row = (RowKey, DocumentPatch);

/// One column of many rows.
fn column<'r, T>(rows: &'r [Row], of: impl Fn(&'r DocumentPatch) -> T) -> Vec<T> {
    rows.iter().map(|(_, patch)| of(patch)).collect()
}

fn keys<'r>(keys: impl Iterator<Item = &'r RowKey>) -> (Vec<uuid::Uuid>, Vec<&'r str>) {
    keys.map(|(tenant, id)| (*tenant, &**id)).unzip()
}

/// Writes new rows; answers how many.
pub(super) async fn insert(
    table: &str,
    rows: &[Row],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    write(&insert_into(table), rows, connection).await
}

/// Writes rows that may be there already, which then keep when and for whom they began; answers how
/// many.
pub(super) async fn put(
    table: &str,
    rows: &[Row],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    let sql = format!(
        "{} on conflict (tenant_id, id) do update set body = d.body || excluded.body, \
           revision = excluded.revision, updated_at = excluded.updated_at, position = excluded.position",
        insert_into(table)
    );
    write(&sql, rows, connection).await
}

fn insert_into(table: &str) -> String {
    format!(
        "/* documents v1 */ insert into {table} as d (tenant_id, id, owner, body, revision, created_at, updated_at, position) \
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::jsonb[], $5::int8[], $6::timestamptz[], \
                              $7::timestamptz[], $8::int8[])"
    )
}

async fn write(sql: &str, rows: &[Row], connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let (tenants, ids) = keys(rows.iter().map(|(key, _)| key));
        let statement = sqlx::query(sql)
            .bind(tenants)
            .bind(ids)
            .bind(column(rows, |p| p.owner.as_deref()))
            .bind(column(rows, |p| Json(&p.fields)))
            .bind(column(rows, |p| p.revision))
            .bind(column(rows, |p| p.created_at))
            .bind(column(rows, |p| p.updated_at))
            .bind(column(rows, |p| p.position));
        written += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(written)
}

/// Lays fields over rows; answers how many rows were there.
pub(super) async fn update(
    table: &str,
    rows: &[Row],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    let sql = format!(
        "/* documents v1 */ update {table} d set body = d.body || p.body, revision = p.revision, \
           updated_at = p.updated_at, position = p.position \
         from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::int8[], $5::timestamptz[], $6::int8[]) \
           p(tenant_id, id, body, revision, updated_at, position) \
         where d.tenant_id = p.tenant_id and d.id = p.id"
    );
    let mut written = 0;
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let (tenants, ids) = keys(rows.iter().map(|(key, _)| key));
        let statement = sqlx::query(&sql)
            .bind(tenants)
            .bind(ids)
            .bind(column(rows, |p| Json(&p.fields)))
            .bind(column(rows, |p| p.revision))
            .bind(column(rows, |p| p.updated_at))
            .bind(column(rows, |p| p.position));
        written += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(written)
}
