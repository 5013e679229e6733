//! Postgres: version, settings, clock, leaves.

use std::time::{Duration, Instant, SystemTime};

use flowgrid_log::{DbRole, connect_options};
use sqlx::{Connection, PgConnection};

use super::Finding;

/// Clocks further apart than this are worth a word, in seconds.
const CLOCK_APART_S: f64 = 2.0;

pub(super) async fn examine(url: &str) -> Vec<Finding> {
    let options = match connect_options(url, DbRole::Owner) {
        Ok(options) => options,
        Err(error) => {
            return vec![Finding::bad(
                "postgres",
                error.to_string(),
                "correct DATABASE_URL",
            )];
        }
    };
    let started = Instant::now();
    let connecting =
        tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(&options));
    let mut connection = match connecting.await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => {
            return vec![Finding::bad(
                "postgres",
                error.to_string(),
                "start it, or correct DATABASE_URL",
            )];
        }
        Err(_) => {
            return vec![Finding::bad(
                "postgres",
                "no answer in 5 s",
                "start it, or correct DATABASE_URL",
            )];
        }
    };
    let took = started.elapsed();
    let examined = look(&mut connection, took).await;
    let _ = connection.close().await; // it is looked at, not used
    examined.unwrap_or_else(|error| {
        vec![Finding::bad(
            "postgres",
            error.to_string(),
            "run `flowgrid migrate`",
        )]
    })
}

async fn look(connection: &mut PgConnection, took: Duration) -> Result<Vec<Finding>, sqlx::Error> {
    let mut findings = Vec::new();
    let (version, number): (String, i32) = sqlx::query_as(
        "select current_setting('server_version'), current_setting('server_version_num')::int",
    )
    .fetch_one(&mut *connection)
    .await?;
    let text = format!("{version}, connected in {:.1} ms", took.as_secs_f64() * 1e3);
    findings.push(if number < 150_000 {
        Finding::bad("postgres", text, "upgrade to 15 or newer")
    } else {
        Finding::fine("postgres", text)
    });
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(setting)
            .fetch_one(&mut *connection)
            .await?;
        if value == "off" || value == "local" {
            findings.push(Finding::bad(
                setting,
                value,
                "turn it on: an acknowledged command could be lost",
            ));
        }
    }
    let clock: f64 = sqlx::query_scalar("select extract(epoch from clock_timestamp())::float8")
        .fetch_one(&mut *connection)
        .await?;
    findings.push(clock_finding(clock));
    findings.extend(leaves(connection).await?);
    Ok(findings)
}

fn clock_finding(database: f64) -> Finding {
    let here = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64();
    let apart = (here - database).abs();
    let text = format!("{apart:.3} s apart from Postgres's");
    if apart > CLOCK_APART_S {
        Finding::warn(
            "clock",
            text,
            "let both machines follow NTP: tokens and times depend on it",
        )
    } else {
        Finding::fine("clock", text)
    }
}

/// A missing leaf would stop its log.
async fn leaves(connection: &mut PgConnection) -> Result<Vec<Finding>, sqlx::Error> {
    let migrated: Option<String> =
        sqlx::query_scalar("select to_regclass('public.log_heads')::text")
            .fetch_one(&mut *connection)
            .await?;
    if migrated.is_none() {
        return Ok(vec![Finding::bad(
            "schema",
            "not migrated",
            "run `flowgrid migrate`",
        )]);
    }
    let rooms: Vec<(i16, i64)> = sqlx::query_as(
        "select l.log_id, (select count(*) from pg_inherits i where i.inhparent = format('events_%s', l.log_id)::regclass) \
           * l.leaf_events - greatest(h.position, coalesce((select max(e.position) from events e where e.log_id = l.log_id), 0)) \
         from logs l join log_heads h using (log_id) order by 1",
    )
    .fetch_all(&mut *connection)
    .await?;
    let finding = |(log, room): (i16, i64)| {
        let name = format!("room of log {log}");
        if room < 100_000 {
            Finding::bad(
                name,
                format!("{room} positions"),
                "run `flowgrid migrate`: it makes the next leaf",
            )
        } else {
            Finding::fine(name, format!("{room} positions"))
        }
    };
    Ok(rooms.into_iter().map(finding).collect())
}
