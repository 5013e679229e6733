//! Puts the history into the log at once, under the log's lock, with everything that follows from it:
//! as the appender would have written it, only faster.

use std::fmt::Write;

use flowgrid_bus::Tenant;
use flowgrid_domain::Event;
use sqlx::{Connection, PgConnection, Postgres, Transaction};
use uuid::Uuid;

use super::history::{self, EACH};
use crate::database::DOMAIN_LOG;
use crate::{Result, body};

/// Rows handed to COPY at a time.
const CHUNK: usize = 10_000;
const METADATA: &str = r#"{"actor":"bench","requestId":"0199a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"}"#;

/// Ten events of each of so many buildings, a multiple of the chunk.
pub(crate) async fn fill(db: &mut PgConnection, buildings: usize) -> Result<()> {
    let tenants: Vec<Tenant> = (0..body::ORGANIZATIONS)
        .map(|index| Tenant::from_slug(&body::organization(index)))
        .collect::<std::result::Result<_, _>>()?;
    for tenant in &tenants {
        let place = "select place_tenant($1, $2, 'domain')";
        sqlx::query(place)
            .bind(tenant.id())
            .bind(tenant.slug())
            .execute(&mut *db)
            .await?;
    }
    let mut tx = db.begin().await?;
    let lock = "select position from log_heads where log_id = $1 for no key update";
    sqlx::query(lock).bind(DOMAIN_LOG).execute(&mut *tx).await?;
    let (base, now): (i64, String) = sqlx::query_as(
        "select coalesce(max(position), 0), clock_timestamp()::text from events where log_id = $1",
    )
    .bind(DOMAIN_LOG)
    .fetch_one(&mut *tx)
    .await?;
    copy_events(&mut tx, &tenants, base, &now, buildings).await?;
    sqlx::query(
        "insert into streams (log_id, aggregate_type, aggregate_id, tenant_id, version, first_position, last_position) \
         select log_id, aggregate_type, aggregate_id, tenant_id, count(*), min(position), max(position) \
           from events where log_id = $1 and position > $2 group by 1, 2, 3, 4",
    )
    .bind(DOMAIN_LOG)
    .bind(base)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    sqlx::raw_sql("analyze events; analyze streams")
        .execute(db)
        .await?;
    Ok(())
}

/// First every building is registered, then all change in turn: no building's events lie together.
async fn copy_events(
    tx: &mut Transaction<'_, Postgres>,
    tenants: &[Tenant],
    base: i64,
    now: &str,
    buildings: usize,
) -> Result<()> {
    let mut copy = tx
        .copy_in_raw(
            "copy events (log_id, position, event_id, tenant_id, aggregate_type, aggregate_id, sequence, \
             event_type, event_version, payload, metadata, recorded_at) from stdin",
        )
        .await?;
    let mut text = String::with_capacity(CHUNK * 700);
    let mut position = base;
    for sequence in 1..=EACH {
        for n in 0..buildings {
            position += 1;
            let tenant = &tenants[n % tenants.len()];
            let event = history::event(n, sequence);
            writeln!(
                text,
                "{DOMAIN_LOG}\t{position}\t{}\t{}\tbuilding\t{}\t{sequence}\t{}\t{}\t{}\t{METADATA}\t{now}",
                Uuid::new_v4(),
                tenant.id(),
                tenant.qualify(&history::id(n)),
                event.event_type(),
                event.event_version(),
                event.payload()?,
            )?;
            if n % CHUNK == CHUNK - 1 {
                copy.send(text.as_bytes()).await?;
                text.clear();
            }
        }
    }
    copy.send(text.as_bytes()).await?;
    copy.finish().await?;
    Ok(())
}
