//! Commands a second over HTTP, beside raw inserts and postgres-es, in turn on the same server.

#[cfg(test)]
mod baselines;
mod postgres_es;
mod raw_insert;
pub(crate) mod workload;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use sqlx::PgConnection;

use self::postgres_es::PostgresEs;
use self::raw_insert::RawInsert;
use self::workload::{EXISTING, Mix};
use crate::health::{Lag, Probe};
use crate::histogram::median;
use crate::load::{self, Measured, Source, Window};
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::subscriber::Subscriber;
use crate::{Result, database};

const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(1);
const SETTLE: Duration = Duration::from_secs(120);

/// Ours at one number of connections, over all rounds.
struct Ours {
    connections: usize,
    rates: Vec<f64>,
    all: Measured,
}

impl Ours {
    fn at(connections: usize) -> Result<Self> {
        Ok(Self {
            connections,
            rates: Vec::new(),
            all: Measured::new()?,
        })
    }
}

struct Bed<'a> {
    server: &'a Server,
    db: &'a mut PgConnection,
    mix: Arc<Mix>,
    probe: Probe,
    worst: Lag,
}

pub(crate) async fn measure(
    server: &Server,
    db: &mut PgConnection,
    length: Duration,
    report: &mut Report,
) -> Result<()> {
    let mix = Arc::new(Mix::new(server).await?);
    let (_, before) = database::events(db).await?;
    let seeded = seed(server, &mix).await?;
    let subscriber = Subscriber::start(server, mix.token(0)).await?;
    let raw = RawInsert::prepare(&server.database_url, &server.state, db).await?;
    let postgres_es = PostgresEs::prepare(&server.database_url, db).await?;
    let probe = Probe::new(server).await?;
    let mut bed = Bed {
        server,
        db,
        mix,
        probe,
        worst: Lag::default(),
    };
    let [mut single, mut few, mut many] = [Ours::at(1)?, Ours::at(64)?, Ours::at(256)?];
    let (mut raw_rates, mut es_rates) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        bed.rest().await?;
        raw_rates.push(raw.run(length).await?);
        bed.ours(&mut few, length).await?;
        bed.rest().await?;
        es_rates.push(postgres_es.run(length).await?);
        bed.ours(&mut many, length).await?;
        bed.ours(&mut single, length.min(Duration::from_secs(4)))
            .await?;
        eprintln!(
            "round {round} of {ROUNDS}: raw {:.0}/s, ours {:.0}/s (64) {:.0}/s (256), postgres-es {:.0}/s",
            raw_rates[round - 1],
            few.rates[round - 1],
            many.rates[round - 1],
            es_rates[round - 1]
        );
    }
    let worst = bed.worst;
    report.require(worst.is_valid(), || {
        format!("a lag of {:.1} s was left", worst.seconds)
    });
    let mut acknowledged = seeded;
    let mut refused = 0;
    for ours in [&single, &few, &many] {
        acknowledged += ours.all.acknowledged;
        refused += ours.all.refused;
        if let Some(refusal) = &ours.all.first_refusal {
            report.note(format!(
                "refused at {} connections: {refusal}",
                ours.connections
            ));
        }
    }
    let (count, newest) = database::events(db).await?;
    report.require(count == newest && count - before == acknowledged, || {
        format!(
            "{acknowledged} acknowledged, the log holds {} to position {newest}",
            count - before
        )
    });
    report.require(refused == 0, || format!("{refused} commands were refused"));
    report.context("acknowledged", json!(acknowledged));
    report.context("subscriber_received", json!(subscriber.received()));
    let dropped = subscriber.end().await;
    report.require(dropped.is_none(), || {
        format!("the subscriber was dropped: {dropped:?}")
    });
    fill(report, &single, &few, &many, &raw_rates, &es_rates);
    Ok(())
}

impl Bed<'_> {
    /// Lets everybody catch up and Postgres write back, so that no phase pays for another.
    async fn rest(&mut self) -> Result<()> {
        self.probe.settle(SETTLE).await?;
        database::checkpoint(self.db).await
    }

    async fn ours(&mut self, ours: &mut Ours, length: Duration) -> Result<()> {
        self.rest().await?;
        let mix = self.mix.clone();
        let source: Source = Arc::new(move || Some(mix.next_request()));
        let window = Window::after(WARM_UP, length);
        let measured = load::run(self.server.address, ours.connections, window, source).await?;
        let lag = self.probe.lag().await?;
        if lag.seconds >= self.worst.seconds {
            self.worst = lag;
        }
        ours.rates.push(measured.per_second(window));
        ours.all.add(&measured)
    }
}

/// Registers the buildings that changes are spread over; how many.
pub(crate) async fn seed(server: &Server, mix: &Arc<Mix>) -> Result<u64> {
    let (mix, next) = (mix.clone(), AtomicUsize::new(0));
    let source: Source = Arc::new(move || {
        let n = next.fetch_add(1, Ordering::Relaxed);
        (n < EXISTING).then(|| mix.seed_request(n))
    });
    Ok(load::run_all(server.address, 64, source)
        .await?
        .acknowledged)
}

fn fill(report: &mut Report, single: &Ours, few: &Ours, many: &Ours, raw: &[f64], es: &[f64]) {
    let best = if median(&few.rates) >= median(&many.rates) {
        few
    } else {
        many
    };
    let rate = median(&best.rates);
    report.note(format!(
        "medians of {ROUNDS} rounds; commands_per_s, p50_ms and p99_ms at {} connections; the generator shares the cores",
        best.connections
    ));
    report.value("commands_per_s", rate, Bound::None);
    report.value("p50_ms", best.all.latencies.ms_at(50.0), Bound::None);
    report.value("p99_ms", best.all.latencies.ms_at(99.0), Bound::None);
    let single_bound = Bound::AtMost {
        must: 1.0,
        aim: 0.5,
    };
    report.value(
        "single_p50_ms",
        single.all.latencies.ms_at(50.0),
        single_bound,
    );
    report.value("raw_insert_per_s", median(raw), Bound::None);
    report.value(
        "ratio_raw",
        rate / median(raw),
        Bound::AtLeast {
            must: 0.7,
            aim: 1.25,
        },
    );
    report.value("postgres_es_per_s", median(es), Bound::None);
    report.value(
        "ratio_postgres_es",
        rate / median(es),
        Bound::AtLeast {
            must: 3.0,
            aim: 6.0,
        },
    );
    report.context("connections", json!(best.connections));
    for (name, ours) in [("at_1", single), ("at_64", few), ("at_256", many)] {
        let latencies = &ours.all.latencies;
        report.context(
            name,
            json!({
                "rounds_per_s": whole(&ours.rates),
                "p50_ms": latencies.ms_at(50.0),
                "p99_ms": latencies.ms_at(99.0),
            }),
        );
    }
    report.context("raw_insert_rounds", json!(whole(raw)));
    report.context("postgres_es_rounds", json!(whole(es)));
}

fn whole(rates: &[f64]) -> Vec<u64> {
    rates.iter().map(|rate| rate.round() as u64).collect()
}
