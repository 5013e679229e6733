//! Lists of documents, and one document. The transaction must have begun with the model asked for.

use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::filter::DocumentFilter;
use super::row::{COLUMNS, DocumentRow, decode};
use crate::read::LIST_LIMIT;
use crate::{ModelName, Page, ReadError, TenantTx};

/// Writes the conditions that are asked for, and no other.
fn narrow<'q>(
    sql: &mut QueryBuilder<'q, Postgres>,
    model: ModelName,
    tenant: Uuid,
    filter: &'q DocumentFilter,
) {
    sql.push(format_args!(" from {model} d where d.tenant_id = "))
        .push_bind(tenant);
    if let Some(owner) = &filter.owner {
        sql.push(" and d.owner = ").push_bind(owner);
    }
    for (field, value) in &filter.equal {
        sql.push(" and d.body ->> ").push_bind(*field);
        sql.push(" = ").push_bind(value);
    }
    for (field, values) in &filter.one_of {
        sql.push(" and d.body ->> ").push_bind(*field);
        sql.push(" = any(").push_bind(values).push(")");
    }
    for (times, comparison) in [(&filter.after, "> "), (&filter.until, "<= ")] {
        for (field, time) in times {
            sql.push(" and (d.body ->> ").push_bind(*field);
            sql.push(")::timestamptz ")
                .push(comparison)
                .push_bind(*time);
        }
    }
    if let Some(from) = filter.created_from {
        sql.push(" and d.created_at >= ").push_bind(from);
    }
    if let Some(before) = filter.created_before {
        sql.push(" and d.created_at < ").push_bind(before);
    }
    if let Some(since) = filter.updated_since {
        sql.push(" and d.updated_at >= ").push_bind(since);
    }
}

/// One page of the documents that the filter lets through.
///
/// # Errors
/// [`ReadError::TooSlow`] after 5 s; [`ReadError::NotReady`] while no generation is live.
pub async fn list(
    tx: &mut TenantTx,
    model: ModelName,
    filter: &DocumentFilter,
) -> Result<Page<DocumentRow>, ReadError> {
    // The count and the page are of one snapshot, and the count is there when the page is empty.
    let tenant = tx.tenant();
    let mut sql = QueryBuilder::new(format!(
        "/* {} */ select t.total, r.* from (select count(*) as total",
        model.version()
    ));
    narrow(&mut sql, model, tenant, filter);
    let order = filter.order.sql();
    sql.push(format_args!(
        ") t left join lateral (select {COLUMNS}, row_number() over (order by {order}) as place"
    ));
    narrow(&mut sql, model, tenant, filter);
    sql.push(format_args!(" order by {order} limit "));
    sql.push_bind(i64::from(filter.limit.min(LIST_LIMIT)));
    sql.push(" offset ");
    sql.push_bind(i64::try_from(filter.offset).unwrap_or(i64::MAX));
    sql.push(") r on true order by r.place");
    let rows = sql.build().fetch_all(&mut **tx).await?;
    let total = rows
        .first()
        .map_or(Ok(0), |row| row.try_get::<i64, _>("total"))?;
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.try_get::<Option<&str>, _>("id")?.is_some() {
            items.push(decode(row)?);
        }
    }
    Ok(Page {
        items,
        total: total.cast_unsigned(),
    })
}

/// How many documents there are of each combination of values of two fields.
///
/// # Errors
/// As [`list`].
pub async fn counts(
    tx: &mut TenantTx,
    model: ModelName,
    fields: [&'static str; 2],
) -> Result<Vec<([Option<String>; 2], u64)>, ReadError> {
    let sql = format!(
        "/* {} */ select d.body ->> $2, d.body ->> $3, count(*) from {model} d where d.tenant_id = $1 group by 1, 2",
        model.version()
    );
    let tenant = tx.tenant();
    let rows: Vec<(Option<String>, Option<String>, i64)> = sqlx::query_as(&sql)
        .bind(tenant)
        .bind(fields[0])
        .bind(fields[1])
        .fetch_all(&mut **tx)
        .await?;
    let counted = rows.into_iter();
    Ok(counted
        .map(|(one, other, count)| ([one, other], count.cast_unsigned()))
        .collect())
}

/// One document.
///
/// # Errors
/// As [`list`].
pub async fn get(
    tx: &mut TenantTx,
    model: ModelName,
    id: &str,
) -> Result<Option<DocumentRow>, ReadError> {
    let sql = format!(
        "/* {} */ select {COLUMNS} from {model} d where d.tenant_id = $1 and d.id = $2",
        model.version()
    );
    let tenant = tx.tenant();
    let row = sqlx::query(&sql)
        .bind(tenant)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(decode).transpose()
}
