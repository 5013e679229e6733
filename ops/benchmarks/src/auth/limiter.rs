//! What counting one request costs: in memory, while the counts are exchanged with Postgres.

use std::time::{Duration, Instant};

use flowgrid_api::Clock;
use flowgrid_api::limits::{Caller, Class, Limits, Quotas};
use flowgrid_domain::values::Plan;
use tokio::sync::watch;
use uuid::Uuid;

use crate::Result;
use crate::histogram::median;
use crate::report::{Bound, Report};
use crate::server::Server;

const CALLERS: u128 = 10_000;
const REQUESTS: u128 = 1_000_000;
const ROUNDS: usize = 5;

pub(crate) async fn measure(server: &Server, report: &mut Report) -> Result<()> {
    let stop = watch::Sender::new(false);
    let quotas = Quotas::default();
    let clock = Clock::system();
    let (limits, task) = Limits::start(&server.database_url, quotas, clock, stop.subscribe())?;
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let limits = limits.clone();
        let took = tokio::task::spawn_blocking(move || take_all(&limits)).await?;
        rounds.push(took.as_nanos() as f64 / REQUESTS as f64);
    }
    stop.send_replace(true);
    task.await?;
    report.value("limiter_ns", median(&rounds), Bound::None);
    report.note(format!(
        "limiter_ns: one thread, {CALLERS} callers in turn, median of {ROUNDS} × {REQUESTS} requests"
    ));
    Ok(())
}

fn take_all(limits: &Limits) -> Duration {
    let subjects: Vec<String> = (0..CALLERS)
        .map(|n| Uuid::from_u128(n).to_string())
        .collect();
    let tenant = Uuid::from_u128(7);
    let began = Instant::now();
    for subject in subjects.iter().cycle().take(REQUESTS as usize) {
        let caller = Caller::Member { tenant, subject };
        std::hint::black_box(limits.take(Class::Rest, Plan::Enterprise, caller));
    }
    began.elapsed()
}
