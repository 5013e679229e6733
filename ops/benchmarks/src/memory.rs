//! Resident memory of the server's own process: idle after start, and after 1,000,000 commands.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use sqlx::PgConnection;
use tokio::time::sleep;

use crate::commands::{self, workload::Mix};
use crate::health::Probe;
use crate::load::{self, Source};
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::subscriber::Subscriber;
use crate::{Result, database, resident};

const COMMANDS: u64 = 1_000_000;
const CONNECTIONS: usize = 64;
const REST: Duration = Duration::from_secs(10);

pub(crate) async fn measure(
    server: &Server,
    db: &mut PgConnection,
    report: &mut Report,
) -> Result<()> {
    sleep(REST).await;
    let idle = resident::kb(server.pid())?;
    let (before, _) = database::events(db).await?;
    let mix = Arc::new(Mix::new(server).await?);
    let subscriber = Subscriber::start(server, mix.token(0)).await?;
    let seeded = commands::seed(server, &mix).await?;
    let began = Instant::now();
    let sent = AtomicU64::new(seeded);
    let source: Source = Arc::new(move || {
        (sent.fetch_add(1, Ordering::Relaxed) < COMMANDS).then(|| mix.next_request())
    });
    let measured = load::run_all(server.address, CONNECTIONS, source).await?;
    let took = began.elapsed().as_secs_f64();
    let mut probe = Probe::new(server).await?;
    let lag = probe.lag().await?;
    let at_end = resident::kb(server.pid())?;
    sleep(REST).await;
    let after = resident::kb(server.pid())?;
    let acknowledged = seeded + measured.acknowledged;
    let (count, _) = database::events(db).await?;
    report.require(lag.is_valid(), || {
        format!("a lag of {:.1} s was left", lag.seconds)
    });
    report.require(count - before == acknowledged, || {
        format!(
            "{acknowledged} acknowledged, the log holds {}",
            count - before
        )
    });
    let dropped = subscriber.end().await;
    report.require(dropped.is_none(), || {
        format!("the subscriber was dropped: {dropped:?}")
    });
    let mb = |kb: u64| kb as f64 / 1_024.0;
    report.note(format!(
        "{acknowledged} commands on {CONNECTIONS} connections in {took:.0} s; read 10 s later"
    ));
    report.value(
        "idle_mb",
        mb(idle),
        Bound::AtMost {
            must: 60.0,
            aim: 35.0,
        },
    );
    report.value(
        "after_mb",
        mb(after),
        Bound::AtMost {
            must: 150.0,
            aim: 80.0,
        },
    );
    report.value("at_end_mb", mb(at_end), Bound::None);
    report.context("commands", json!(acknowledged));
    Ok(())
}
