//! The two statements that write buildings.

use sqlx::PgConnection;

use super::BuildingPatch;
use super::patch::status_text;
use crate::read_model::ROWS_PER_STATEMENT;
use crate::staged::RowKey;

const INSERT: &str = "/* buildings v1 */ \
    insert into buildings (tenant_id, id, name, kind, address, lat, lon, area, timezone, status, \
                           revision, created_at, updated_at, position) \
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], \
                         $8::float8[], $9::text[], $10::text[], $11::int8[], $12::timestamptz[], \
                         $13::timestamptz[], $14::int8[])";

/// Bits of `mask` say which nullable columns are set; the others can't be null.
const UPDATE: &str = "/* buildings v1 */ \
    update buildings b set name = coalesce(p.name, b.name), kind = coalesce(p.kind, b.kind), \
      address = case when p.mask & 1 = 0 then b.address else p.address end, \
      lat = case when p.mask & 2 = 0 then b.lat else p.lat end, \
      lon = case when p.mask & 4 = 0 then b.lon else p.lon end, \
      area = case when p.mask & 8 = 0 then b.area else p.area end, \
      timezone = case when p.mask & 16 = 0 then b.timezone else p.timezone end, \
      status = coalesce(p.status, b.status), \
      revision = p.revision, updated_at = p.updated_at, position = p.position \
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], \
                $8::float8[], $9::text[], $10::text[], $11::int8[], $12::timestamptz[], $13::int8[], $14::int4[]) \
      p(tenant_id, id, name, kind, address, lat, lon, area, timezone, status, revision, updated_at, position, mask) \
    where b.tenant_id = p.tenant_id and b.id = p.id";

type Row = (RowKey, BuildingPatch);

/// One column of many rows.
fn column<'r, T>(rows: &'r [Row], of: impl Fn(&'r BuildingPatch) -> T) -> Vec<T> {
    rows.iter().map(|(_, patch)| of(patch)).collect()
}

/// Writes new rows; answers how many.
pub(super) async fn insert(
    rows: &[Row],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let statement = sqlx::query(INSERT)
            .bind(
                rows.iter()
                    .map(|((tenant, _), _)| *tenant)
                    .collect::<Vec<_>>(),
            )
            .bind(rows.iter().map(|((_, id), _)| &**id).collect::<Vec<&str>>())
            .bind(column(rows, |p| p.name.as_deref()))
            .bind(column(rows, |p| p.kind.as_deref()))
            .bind(column(rows, |p| {
                p.address.as_ref().and_then(Option::as_deref)
            }))
            .bind(column(rows, |p| p.lat.flatten()))
            .bind(column(rows, |p| p.lon.flatten()))
            .bind(column(rows, |p| p.area.flatten()))
            .bind(column(rows, |p| {
                p.timezone.as_ref().and_then(Option::as_deref)
            }))
            .bind(column(rows, |p| p.status.map(status_text)))
            .bind(column(rows, |p| p.revision))
            .bind(column(rows, |p| p.created_at))
            .bind(column(rows, |p| p.updated_at))
            .bind(column(rows, |p| p.position));
        written += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(written)
}

/// Lays patches over rows; answers how many rows were there.
pub(super) async fn update(
    rows: &[Row],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let statement = sqlx::query(UPDATE)
            .bind(
                rows.iter()
                    .map(|((tenant, _), _)| *tenant)
                    .collect::<Vec<_>>(),
            )
            .bind(rows.iter().map(|((_, id), _)| &**id).collect::<Vec<&str>>())
            .bind(column(rows, |p| p.name.as_deref()))
            .bind(column(rows, |p| p.kind.as_deref()))
            .bind(column(rows, |p| {
                p.address.as_ref().and_then(Option::as_deref)
            }))
            .bind(column(rows, |p| p.lat.flatten()))
            .bind(column(rows, |p| p.lon.flatten()))
            .bind(column(rows, |p| p.area.flatten()))
            .bind(column(rows, |p| {
                p.timezone.as_ref().and_then(Option::as_deref)
            }))
            .bind(column(rows, |p| p.status.map(status_text)))
            .bind(column(rows, |p| p.revision))
            .bind(column(rows, |p| p.updated_at))
            .bind(column(rows, |p| p.position))
            .bind(column(rows, mask));
        written += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(written)
}

/// Which nullable columns a patch sets.
fn mask(patch: &BuildingPatch) -> i32 {
    i32::from(patch.address.is_some())
        | i32::from(patch.lat.is_some()) << 1
        | i32::from(patch.lon.is_some()) << 2
        | i32::from(patch.area.is_some()) << 3
        | i32::from(patch.timezone.is_some()) << 4
}
