//! The three statements that write alerts.

use flowgrid_domain::alerts::Severity;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::AlertPatch;
use super::patch::{Mark, Origin};
use crate::read_model::ROWS_PER_STATEMENT;
use crate::staged::RowKey;

const INSERT: &str = "/* alerts v1 */ \
    insert into alerts (tenant_id, id, severity, priority, status, building_id, node_id, title, message, raised, \
      last_occurred_at, acknowledged_by, acknowledged_at, acknowledge_note, resolved_by, resolved_at, \
      resolution_note, assignee, snoozed_until, comments, revision, updated_at, position, \
      alert_type, source_kind, source_id, first_occurred_at, created_at) \
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::int2[], $5::text[], $6::text[], $7::text[], \
      $8::text[], $9::text[], $10::int8[], $11::timestamptz[], $12::text[], $13::timestamptz[], $14::text[], \
      $15::text[], $16::timestamptz[], $17::text[], $18::text[], $19::timestamptz[], $20::jsonb[], $21::int8[], \
      $22::timestamptz[], $23::int8[], $24::text[], $25::text[], $26::text[], $27::timestamptz[], $28::timestamptz[])";

/// Bits of `mask` say which nullable columns are set: building, node, message, assignee. A mark is
/// set as a whole, so its note goes with it.
const UPDATE: &str = "/* alerts v1 */ \
    update alerts a set severity = coalesce(p.severity, a.severity), priority = coalesce(p.priority, a.priority), \
      status = coalesce(p.status, a.status), \
      building_id = case when p.mask & 1 = 0 then a.building_id else p.building_id end, \
      node_id = case when p.mask & 2 = 0 then a.node_id else p.node_id end, \
      title = coalesce(p.title, a.title), \
      message = case when p.mask & 4 = 0 then a.message else p.message end, \
      raised = coalesce(p.raised, a.raised), \
      last_occurred_at = greatest(a.last_occurred_at, p.last_occurred_at), \
      acknowledged_by = coalesce(p.acknowledged_by, a.acknowledged_by), \
      acknowledged_at = coalesce(p.acknowledged_at, a.acknowledged_at), \
      acknowledge_note = case when p.acknowledged_at is null then a.acknowledge_note else p.acknowledge_note end, \
      resolved_by = coalesce(p.resolved_by, a.resolved_by), resolved_at = coalesce(p.resolved_at, a.resolved_at), \
      resolution_note = case when p.resolved_at is null then a.resolution_note else p.resolution_note end, \
      assignee = case when p.mask & 8 = 0 then a.assignee else p.assignee end, \
      snoozed_until = coalesce(p.snoozed_until, a.snoozed_until), comments = a.comments || p.comments, \
      revision = p.revision, updated_at = p.updated_at, position = p.position \
    from unnest($1::uuid[], $2::text[], $3::text[], $4::int2[], $5::text[], $6::text[], $7::text[], \
      $8::text[], $9::text[], $10::int8[], $11::timestamptz[], $12::text[], $13::timestamptz[], $14::text[], \
      $15::text[], $16::timestamptz[], $17::text[], $18::text[], $19::timestamptz[], $20::jsonb[], $21::int8[], \
      $22::timestamptz[], $23::int8[], $24::int4[]) \
      p(tenant_id, id, severity, priority, status, building_id, node_id, title, message, raised, \
        last_occurred_at, acknowledged_by, acknowledged_at, acknowledge_note, resolved_by, resolved_at, \
        resolution_note, assignee, snoozed_until, comments, revision, updated_at, position, mask) \
    where a.tenant_id = p.tenant_id and a.id = p.id";

const DELETE: &str = "/* alerts v1 */ delete from alerts a using unnest($1::uuid[], $2::text[]) p(tenant_id, id) \
    where a.tenant_id = p.tenant_id and a.id = p.id";

type Row = (RowKey, AlertPatch);
type Statement<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// One column of many rows.
fn column<'r, T>(rows: &'r [Row], of: impl Fn(&'r AlertPatch) -> T) -> Vec<T> {
    rows.iter().map(|(_, patch)| of(patch)).collect()
}

/// A column of what never changes.
fn origin<'r, T>(rows: &'r [Row], of: impl Fn(&'r Origin) -> T) -> Vec<Option<T>> {
    column(rows, |p| p.origin.as_ref().map(&of))
}

/// Writes new rows; answers how many.
pub(super) async fn insert(
    rows: &[Row],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let statement = bind_common(sqlx::query(INSERT), rows)
            .bind(origin(rows, |o| o.alert_type.as_str()))
            .bind(origin(rows, |o| o.source_kind.as_str()))
            .bind(origin(rows, |o| o.source_id.as_str()))
            .bind(origin(rows, |o| o.first_occurred_at))
            .bind(origin(rows, |o| o.created_at));
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
        let statement = bind_common(sqlx::query(UPDATE), rows).bind(column(rows, mask));
        written += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(written)
}

/// Removes rows; answers how many were there.
pub(super) async fn delete(
    keys: &[RowKey],
    connection: &mut PgConnection,
) -> Result<u64, sqlx::Error> {
    let mut written = 0;
    for keys in keys.chunks(ROWS_PER_STATEMENT) {
        let statement = sqlx::query(DELETE)
            .bind(keys.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>())
            .bind(keys.iter().map(|(_, id)| &**id).collect::<Vec<&str>>());
        written += statement.execute(&mut *connection).await?.rows_affected();
    }
    Ok(written)
}

/// The 23 columns that both kinds of writes have.
fn bind_common<'q>(statement: Statement<'q>, rows: &'q [Row]) -> Statement<'q> {
    let marks = |of: fn(&AlertPatch) -> Option<&Mark>| {
        (
            column(rows, move |p| of(p).map(|mark| mark.by.as_str())),
            column(rows, move |p| of(p).map(|mark| mark.at)),
            column(rows, move |p| of(p).and_then(|mark| mark.note.as_deref())),
        )
    };
    let (seen_by, seen_at, seen_note) = marks(|p| p.acknowledgement.as_ref());
    let (resolved_by, resolved_at, resolution_note) = marks(|p| p.resolution.as_ref());
    statement
        .bind(
            rows.iter()
                .map(|((tenant, _), _)| *tenant)
                .collect::<Vec<_>>(),
        )
        .bind(rows.iter().map(|((_, id), _)| &**id).collect::<Vec<&str>>())
        .bind(column(rows, |p| p.severity.map(Severity::as_str)))
        .bind(column(rows, |p| {
            p.severity.map(|severity| i16::from(severity.priority()))
        }))
        .bind(column(rows, |p| p.status.map(|status| status.as_str())))
        .bind(column(rows, |p| {
            p.building_id.as_ref().and_then(Option::as_deref)
        }))
        .bind(column(rows, |p| {
            p.node_id.as_ref().and_then(Option::as_deref)
        }))
        .bind(column(rows, |p| p.title.as_deref()))
        .bind(column(rows, |p| {
            p.message.as_ref().and_then(Option::as_deref)
        }))
        .bind(column(rows, |p| p.raised))
        .bind(column(rows, |p| p.last_occurred_at))
        .bind(seen_by)
        .bind(seen_at)
        .bind(seen_note)
        .bind(resolved_by)
        .bind(resolved_at)
        .bind(resolution_note)
        .bind(column(rows, |p| {
            p.assignee.as_ref().and_then(Option::as_deref)
        }))
        .bind(column(rows, |p| p.snoozed_until))
        .bind(column(rows, |p| Json(p.comments.as_slice())))
        .bind(column(rows, |p| p.revision))
        .bind(column(rows, |p| p.updated_at))
        .bind(column(rows, |p| p.position))
}

/// Which nullable columns a patch sets.
fn mask(patch: &AlertPatch) -> i32 {
    i32::from(patch.building_id.is_some())
        | i32::from(patch.node_id.is_some()) << 1
        | i32::from(patch.message.is_some()) << 2
        | i32::from(patch.assignee.is_some()) << 3
}
