//! Rebuild of the buildings projection from 1,000,000 events, beside COPY of the same.

pub(crate) mod fill;
mod history;
mod queries;
mod rebuild;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use serde_json::json;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{PgConnection, PgPool};

use self::history::{BUILDINGS, EVENTS};
use self::rebuild::Rebuild;
use crate::body::{self, BUILDINGS_PATH, ORGANIZATIONS};
use crate::database::DOMAIN_LOG;
use crate::health::Probe;
use crate::histogram::{Latencies, median};
use crate::http::{self, Client};
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::subscriber::Subscriber;
use crate::{Result, database};

const ROUNDS: usize = 2;
/// Relay and projectors take in the whole history once, as they would any other.
const CATCH_UP: Duration = Duration::from_secs(600);

pub(crate) async fn measure(
    server: &Server,
    db: &mut PgConnection,
    report: &mut Report,
) -> Result<()> {
    let mut tokens = Vec::with_capacity(ORGANIZATIONS);
    for index in 0..ORGANIZATIONS {
        tokens.push(server.token(&body::organization(index), "manager").await?);
    }
    let tokens = Arc::new(tokens);
    let began = Instant::now();
    fill::fill(db, BUILDINGS).await?;
    wake(server).await?;
    let mut probe = Probe::new(server).await?;
    probe.settle(CATCH_UP).await?;
    eprintln!(
        "filled, relayed and projected in {:.0} s",
        began.elapsed().as_secs_f64()
    );
    let (events, newest) = database::events(db).await?;
    report.require(events == newest && events == EVENTS as u64 + 1, || {
        format!("the log holds {events} events to position {newest}")
    });
    let subscriber = Subscriber::start(server, &tokens[0]).await?;
    let mut rebuild = Rebuild::new(server).await?;
    let (mut ours, mut copies) = (Vec::new(), Vec::new());
    let (mut latencies, mut errors) = (Latencies::new()?, 0);
    for round in 1..=ROUNDS {
        database::checkpoint(db).await?;
        copies.push(events as f64 / copy_out(server).await?.as_secs_f64());
        let stop = Arc::new(AtomicBool::new(false));
        let queries = tokio::spawn(queries::run(server.address, tokens.clone(), stop.clone()));
        let took = rebuild.run().await;
        stop.store(true, Ordering::Relaxed);
        let queried = queries.await??;
        ours.push(events as f64 / took?.as_secs_f64());
        errors += queried.errors;
        latencies.add(&queried.latencies)?;
        if let Some(wrong) = queried.first_error {
            report.note(wrong);
        }
        eprintln!(
            "round {round} of {ROUNDS}: ours {:.0}/s, copy {:.0}/s",
            ours[round - 1],
            copies[round - 1]
        );
    }
    let lag = probe.lag().await?;
    report.require(lag.is_valid(), || {
        format!("a lag of {:.1} s was left", lag.seconds)
    });
    let dropped = subscriber.end().await;
    report.require(dropped.is_none(), || {
        format!("the subscriber was dropped: {dropped:?}")
    });
    let (rate, copy) = (median(&ours), median(&copies));
    report.note(format!(
        "medians of {ROUNDS} rounds; {events} events; {} queries checked",
        latencies.count()
    ));
    report.value(
        "events_per_s",
        rate,
        Bound::AtLeast {
            must: 60_000.0,
            aim: 200_000.0,
        },
    );
    report.value("copy_events_per_s", copy, Bound::None);
    report.value("ratio_copy", rate / copy, Bound::None);
    report.value(
        "query_errors",
        errors as f64,
        Bound::AtMost {
            must: 0.0,
            aim: 0.0,
        },
    );
    report.value("query_p99_ms", latencies.ms_at(99.0), Bound::None);
    report.context(
        "rounds_per_s",
        json!(ours.iter().map(|rate| rate.round()).collect::<Vec<_>>()),
    );
    report.context("queries", json!(latencies.count()));
    Ok(())
}

/// One command more: the relay hears of it, and of all that stands before it.
async fn wake(server: &Server) -> Result<()> {
    let token = server.token("bench-wake", "manager").await?;
    let body = body::registration("wake", 0);
    let request = http::request("POST", BUILDINGS_PATH, &token, "", &body);
    let mut client = Client::connect(server.address).await?;
    let answer = client.send(&request).await?;
    if answer.is_success() {
        Ok(())
    } else {
        Err(answer.describe().into())
    }
}

/// How long it takes to hand out all events as text, leaf by leaf, and drop them.
async fn copy_out(server: &Server) -> Result<Duration> {
    let pool = PgPool::connect(&server.database_url).await?;
    let leaves: Vec<(String,)> = sqlx::query_as(
        "select relid::text from pg_partition_tree(('events_' || $1)::regclass) where isleaf",
    )
    .bind(DOMAIN_LOG.to_string())
    .fetch_all(&pool)
    .await?;
    let began = Instant::now();
    for (leaf,) in leaves {
        let mut rows = pool.copy_out_raw(&format!("copy {leaf} to stdout")).await?;
        while rows.try_next().await?.is_some() {}
    }
    let took = began.elapsed();
    pool.close().await;
    Ok(took)
}
