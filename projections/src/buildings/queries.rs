//! Lists of buildings, and one building. Both need the transaction to have begun with
//! [`ModelName::Buildings`](crate::ModelName) and [`ModelName::Alerts`](crate::ModelName).

use chrono::{DateTime, Utc};
use flowgrid_domain::buildings::BuildingStatus;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

use super::patch::status_text;
use super::row::{BuildingRow, COLUMNS, decode_with_alerts};
use crate::read::{LIST_LIMIT, contains_pattern};
use crate::{Page, ReadError, TenantTx};

/// Which buildings, in which order. What is `None` doesn't narrow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub kind: Option<String>,
    pub status: Option<BuildingStatus>,
    /// Anywhere in name, address or id, whatever the case.
    pub text: Option<String>,
    /// `[west, south, east, north]` in degrees; west is greater than east across the 180th meridian.
    pub bbox: Option<[f64; 4]>,
    /// Changed at or after this time.
    pub updated_since: Option<DateTime<Utc>>,
    pub sort: Sort,
    /// At most 500.
    pub limit: u32,
    pub offset: u64,
}

/// The order of a list; the id decides between equals, so pages are stable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    pub field: SortField,
    pub descending: bool,
}

/// What buildings can be sorted by. Unknown values come last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortField {
    #[default]
    Id,
    Name,
    Kind,
    Status,
    Area,
    CreatedAt,
    UpdatedAt,
}

impl SortField {
    /// By the name of the resource's field.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "id" => Self::Id,
            "name" => Self::Name,
            "kind" => Self::Kind,
            "status" => Self::Status,
            "area" => Self::Area,
            "createdAt" => Self::CreatedAt,
            "updatedAt" => Self::UpdatedAt,
            _ => return None,
        })
    }

    fn column(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "lower(b.name)",
            Self::Kind => "b.kind",
            Self::Status => "b.status",
            Self::Area => "b.area",
            Self::CreatedAt => "b.created_at",
            Self::UpdatedAt => "b.updated_at",
        }
    }
}

impl Sort {
    fn sql(self) -> String {
        let direction = if self.descending { "desc" } else { "asc" };
        match self.field {
            SortField::Id => format!("b.id {direction}"),
            field => format!(
                "{} {direction} nulls last, b.id {direction}",
                field.column()
            ),
        }
    }
}

/// Writes the conditions that are asked for, and no other: each would cost every row.
fn narrow<'q>(sql: &mut QueryBuilder<'q, Postgres>, tenant: Uuid, filter: &'q Filter) {
    sql.push(" from buildings b where b.tenant_id = ")
        .push_bind(tenant);
    if let Some(kind) = &filter.kind {
        sql.push(" and b.kind = ").push_bind(kind);
    }
    if let Some(status) = filter.status {
        sql.push(" and b.status = ").push_bind(status_text(status));
    }
    if let Some(text) = filter.text.as_deref().map(contains_pattern) {
        sql.push(" and (b.name ilike ").push_bind(text.clone());
        sql.push(" or b.address ilike ").push_bind(text.clone());
        sql.push(" or b.id ilike ").push_bind(text).push(")");
    }
    if let Some([west, south, east, north]) = filter.bbox {
        sql.push(" and b.lat between ").push_bind(south);
        sql.push(" and ").push_bind(north);
        sql.push(" and (b.lon >= ").push_bind(west);
        sql.push(if west <= east { " and " } else { " or " });
        sql.push("b.lon <= ").push_bind(east).push(")");
    }
    if let Some(since) = filter.updated_since {
        sql.push(" and b.updated_at >= ").push_bind(since);
    }
}

const OPEN_ALERTS: &str = "(select count(*) from alerts a where a.tenant_id = b.tenant_id \
    and a.building_id = b.id and a.status <> 'resolved') as open_alerts";

/// One page of the buildings that the filter lets through.
///
/// # Errors
/// [`ReadError::TooSlow`] after 5 s; [`ReadError::NotReady`] while no generation is live.
pub async fn list(tx: &mut TenantTx, filter: &Filter) -> Result<Page<BuildingRow>, ReadError> {
    // The count and the page are of one snapshot, and the count is there when the page is empty.
    let tenant = tx.tenant();
    let mut sql =
        QueryBuilder::new("/* buildings v1 */ select t.total, r.* from (select count(*) as total");
    narrow(&mut sql, tenant, filter);
    sql.push(format_args!(
        ") t left join lateral (select {COLUMNS}, {OPEN_ALERTS}, row_number() over () as place from (select b.*"
    ));
    narrow(&mut sql, tenant, filter);
    sql.push(" order by ").push(filter.sort.sql());
    sql.push(" limit ")
        .push_bind(i64::from(filter.limit.min(LIST_LIMIT)));
    sql.push(" offset ")
        .push_bind(i64::try_from(filter.offset).unwrap_or(i64::MAX));
    sql.push(") b) r on true order by r.place");
    let rows = sql.build().fetch_all(&mut **tx).await?;
    let total = rows
        .first()
        .map_or(Ok(0), |row| row.try_get::<i64, _>("total"))?
        .cast_unsigned();
    let mut items = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.try_get::<Option<&str>, _>("id")?.is_some() {
            items.push(decode_with_alerts(row)?);
        }
    }
    Ok(Page { items, total })
}

/// One building, also a retired one.
///
/// # Errors
/// As [`list`].
pub async fn get(tx: &mut TenantTx, id: &str) -> Result<Option<BuildingRow>, ReadError> {
    let sql = format!(
        "/* buildings v1 */ select {COLUMNS}, {OPEN_ALERTS} from buildings b where b.tenant_id = $1 and b.id = $2"
    );
    let tenant = tx.tenant();
    let row = sqlx::query(&sql)
        .bind(tenant)
        .bind(id)
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(decode_with_alerts).transpose()
}
