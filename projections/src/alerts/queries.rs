//! Lists of alerts, and one alert. Both need the transaction to have begun with
//! [`ModelName::Alerts`](crate::ModelName).

use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::Filter;
use super::row::{AlertRow, decode};
use crate::read::{LIST_LIMIT, contains_pattern};
use crate::{Page, ReadError, TenantTx};

/// Writes the conditions that are asked for, and no other: each would cost every row.
fn narrow<'q>(sql: &mut QueryBuilder<'q, Postgres>, tenant: Uuid, filter: &'q Filter) {
    sql.push(" from alerts a where a.tenant_id = ")
        .push_bind(tenant);
    if let Some(status) = filter.status {
        sql.push(" and a.status = ").push_bind(status.as_str());
    }
    if let Some(severity) = filter.severity {
        sql.push(" and a.severity = ").push_bind(severity.as_str());
    }
    let source = filter.source.as_ref();
    let equal = [
        (
            " and a.source_kind = ",
            source.map(|source| source.kind.as_str()),
        ),
        (
            " and a.source_id = ",
            source.and_then(|source| source.id.as_deref()),
        ),
        (" and a.building_id = ", filter.building.as_deref()),
        (" and a.node_id = ", filter.node.as_deref()),
        (" and a.assignee = ", filter.assignee.as_deref()),
    ];
    for (condition, value) in equal {
        if let Some(value) = value {
            sql.push(condition).push_bind(value);
        }
    }
    if let Some(text) = filter.text.as_deref().map(contains_pattern) {
        sql.push(" and (a.title ilike ").push_bind(text.clone());
        sql.push(" or a.message ilike ").push_bind(text.clone());
        sql.push(" or a.alert_type ilike ")
            .push_bind(text)
            .push(")");
    }
    if let Some(since) = filter.updated_since {
        sql.push(" and a.updated_at >= ").push_bind(since);
    }
}

/// One page of the alerts that the filter lets through.
///
/// # Errors
/// [`ReadError::TooSlow`] after 5 s; [`ReadError::NotReady`] while no generation is live.
pub async fn list(tx: &mut TenantTx, filter: &Filter) -> Result<Page<AlertRow>, ReadError> {
    // The count and the page are of one snapshot, and the count is there when the page is empty.
    let tenant = tx.tenant();
    let mut sql =
        QueryBuilder::new("/* alerts v1 */ select t.total, r.* from (select count(*) as total");
    narrow(&mut sql, tenant, filter);
    sql.push(") t left join lateral (select a.*, row_number() over () as place from (select a.*");
    narrow(&mut sql, tenant, filter);
    sql.push(" order by ").push(filter.sort.sql());
    sql.push(" limit ")
        .push_bind(i64::from(filter.limit.min(LIST_LIMIT)));
    sql.push(" offset ")
        .push_bind(i64::try_from(filter.offset).unwrap_or(i64::MAX));
    sql.push(") a) r on true order by r.place");
    let rows = sql.build().fetch_all(&mut **tx).await?;
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
