//! Lists of alerts, and one alert. Both need the transaction to have begun with
//! [`ModelName::Alerts`](crate::ModelName).

use flowgrid_domain::alerts::Severity;
use sqlx::Row;

use super::row::{AlertRow, decode};
use super::{Filter, SourceFilter};
use crate::read::{LIST_LIMIT, contains_pattern};
use crate::{Page, ReadError, TenantTx};

/// One after the other: organization, status, severity, source kind, source id, building, node,
/// assignee, pattern, since.
const WHERE: &str = "a.tenant_id = $1 \
    and ($2::text is null or a.status = $2) \
    and ($3::text is null or a.severity = $3) \
    and ($4::text is null or a.source_kind = $4) \
    and ($5::text is null or a.source_id = $5) \
    and ($6::text is null or a.building_id = $6) \
    and ($7::text is null or a.node_id = $7) \
    and ($8::text is null or a.assignee = $8) \
    and ($9::text is null or a.title ilike $9 or a.message ilike $9 or a.alert_type ilike $9) \
    and ($10::timestamptz is null or a.updated_at >= $10)";

/// One page of the alerts that the filter lets through.
///
/// # Errors
/// [`ReadError::TooSlow`] after 5 s; [`ReadError::NotReady`] while no generation is live.
pub async fn list(tx: &mut TenantTx, filter: &Filter) -> Result<Page<AlertRow>, ReadError> {
    // The count and the page are of one snapshot, and the count is there when the page is empty.
    let sql = format!(
        "/* alerts v1 */ select t.total, r.* from (select count(*) as total from alerts a where {WHERE}) t \
         left join lateral (select a.*, row_number() over () as place from \
           (select * from alerts a where {WHERE} order by {} limit $11 offset $12) a) r on true order by r.place",
        filter.sort.sql()
    );
    let source = filter.source.as_ref();
    let tenant = tx.tenant();
    let rows = sqlx::query(&sql)
        .bind(tenant)
        .bind(filter.status.map(|status| status.as_str()))
        .bind(filter.severity.map(Severity::as_str))
        .bind(source.map(|source| source.kind.as_str()))
        .bind(source.and_then(|SourceFilter { id, .. }| id.as_deref()))
        .bind(filter.building.as_deref())
        .bind(filter.node.as_deref())
        .bind(filter.assignee.as_deref())
        .bind(filter.text.as_deref().map(contains_pattern))
        .bind(filter.updated_since)
        .bind(i64::from(filter.limit.min(LIST_LIMIT)))
        .bind(i64::try_from(filter.offset).unwrap_or(i64::MAX))
        .fetch_all(&mut **tx)
        .await?;
    let total = rows
        .first()
        .map_or(Ok(0), |row| row.try_get::<i64, _>("total"))?
        .cast_unsigned();
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.try_get::<Option<&str>, _>("id")?.is_some() {
            items.push(decode(row)?);
        }
    }
    Ok(Page { items, total })
}

/// One alert; a withdrawn one is not found.
///
/// # Errors
/// As [`list`].
pub async fn get(tx: &mut TenantTx, id: &str) -> Result<Option<AlertRow>, ReadError> {
    let sql = "/* alerts v1 */ select a.* from alerts a where a.tenant_id = $1 and a.id = $2";
    let tenant = tx.tenant();
    let row = sqlx::query(sql)
        .bind(tenant)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(decode).transpose()
}
