//! Questions about a year of readings: how long their answers take at a fixed rate, and up to which rate they
//! come in time.

mod asked;
mod year;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use self::asked::{Asked, Question};
use crate::health::Probe;
use crate::histogram::Latencies;
use crate::http::Client;
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::{Result, pacer};

/// Questions a second, whatever the answers do.
const RATE: u32 = 100;
/// More would wait for the server than for each other.
const CONNECTIONS: usize = 64;
/// What 99 of 100 answers must stay below for a rate to count.
const BEARABLE_MS: f64 = 100.0;
/// How long each higher rate is tried, and by how much it grows.
const TRIED: Duration = Duration::from_secs(5);
const STEPS: [u32; 12] = [
    150, 200, 300, 400, 600, 800, 1_000, 1_300, 1_700, 2_200, 3_000, 4_000,
];
/// How long the read model may be behind once all is loaded.
const CATCH_UP: Duration = Duration::from_secs(300);

/// Latencies of each kind, and of all.
struct Answered {
    of: [Latencies; 3],
    all: Latencies,
    refused: u64,
}

pub(crate) async fn measure(server: &Server, length: Duration, report: &mut Report) -> Result<()> {
    let token = year::token(server).await?;
    let began = Instant::now();
    let points = year::load(server, &token).await?;
    let sent = began.elapsed().as_secs_f64();
    Probe::new(server).await?.settle(CATCH_UP).await?;
    report.value("load_s", began.elapsed().as_secs_f64(), Bound::None);
    report.context("points", json!(points));
    report.context("load_sent_s", json!(sent));
    let asked = Arc::new(Asked::new(token));
    asked
        .check(&mut Client::connect(server.address).await?)
        .await?;
    // Plans and caches are made.
    at(server, &asked, RATE, TRIED).await?;
    let answered = at(server, &asked, RATE, length).await?;
    report.require(answered.refused == 0, || {
        format!("{} questions were refused", answered.refused)
    });
    report.note(format!(
        "100 buildings with ten meters each, a year of quarter hours ({points} readings) loaded by the public API; \
         {RATE} questions/s, open loop: two of five a month by day of a building, two a year by day, one a list of sensors"
    ));
    fill(&answered, report);
    let most = highest(server, &asked, report).await?;
    report.value("max_queries_per_s", most.into(), Bound::None);
    Ok(())
}

fn fill(answered: &Answered, report: &mut Report) {
    let bounds = [
        ("energy_month_p99_ms", 20.0),
        ("year_by_day_p99_ms", 50.0),
        ("list_p99_ms", 10.0),
    ];
    for ((name, must), latencies) in bounds.into_iter().zip(&answered.of) {
        let aim = must / 2.0;
        report.value(name, latencies.ms_at(99.0), Bound::AtMost { must, aim });
        report.context(&name.replace("p99", "p50"), json!(latencies.ms_at(50.0)));
    }
}

/// The highest rate at which 99 of 100 answers come in time.
async fn highest(server: &Server, asked: &Arc<Asked>, report: &mut Report) -> Result<u32> {
    let mut most = RATE;
    let mut tried = Vec::new();
    for rate in STEPS {
        let answered = at(server, asked, rate, TRIED).await?;
        let p99 = answered.all.ms_at(99.0);
        tried.push(json!({"per_s": rate, "p99_ms": p99}));
        if p99 >= BEARABLE_MS || answered.refused > 0 {
            break;
        }
        most = rate;
    }
    report.context("tried", json!(tried));
    Ok(most)
}

async fn at(server: &Server, asked: &Arc<Asked>, rate: u32, length: Duration) -> Result<Answered> {
    let count = rate as usize * usize::try_from(length.as_secs())?;
    let mut tasks = JoinSet::new();
    for mut ticks in pacer::start(rate, count, CONNECTIONS) {
        let mut client = Client::connect(server.address).await?;
        let asked = asked.clone();
        tasks.spawn(async move {
            let mut answered = Answered::new()?;
            while let Some(tick) = ticks.recv().await {
                let question = Question::of(tick.number);
                let answer = client.send(&asked.request(question, tick.number)).await?;
                let took = tick.due.elapsed();
                answered.refused += u64::from(!answer.is_success());
                answered.of[question as usize].record(took);
                answered.all.record(took);
            }
            Ok::<_, crate::Failure>(answered)
        });
    }
    let mut all = Answered::new()?;
    while let Some(done) = tasks.join_next().await {
        all.add(&done??)?;
    }
    Ok(all)
}

impl Answered {
    fn new() -> Result<Self> {
        Ok(Self {
            of: [Latencies::new()?, Latencies::new()?, Latencies::new()?],
            all: Latencies::new()?,
            refused: 0,
        })
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        for (sum, one) in self.of.iter_mut().zip(&other.of) {
            sum.add(one)?;
        }
        self.refused += other.refused;
        self.all.add(&other.all)
    }
}
