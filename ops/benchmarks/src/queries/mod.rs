//! Questions about a year of readings: how long their answers take at a fixed rate, and up to which rate they
//! come in time.

mod asked;
mod year;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use self::asked::{Asked, Question};
use crate::Result;
use crate::health::Probe;
use crate::http::Client;
use crate::load::Measured;
use crate::open::{self, Pace, Requests};
use crate::report::{Bound, Report};
use crate::server::Server;

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
    let refusal = answered.iter().find_map(|one| one.first_refusal.as_ref());
    report.require(refusal.is_none(), || {
        format!("a question was refused: {refusal:?}")
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

fn fill(answered: &[Measured], report: &mut Report) {
    let bounds = [
        ("energy_month_p99_ms", 20.0),
        ("year_by_day_p99_ms", 50.0),
        ("list_p99_ms", 10.0),
    ];
    for ((name, must), measured) in bounds.into_iter().zip(answered) {
        let latencies = &measured.latencies;
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
        let mut all = Measured::new()?;
        for one in &answered {
            all.add(one)?;
        }
        let p99 = all.latencies.ms_at(99.0);
        tried.push(json!({"per_s": rate, "p99_ms": p99}));
        if p99 >= BEARABLE_MS || all.refused > 0 {
            break;
        }
        most = rate;
    }
    report.context("tried", json!(tried));
    Ok(most)
}

/// What was answered of each kind.
async fn at(
    server: &Server,
    asked: &Arc<Asked>,
    rate: u32,
    length: Duration,
) -> Result<Vec<Measured>> {
    let pace = Pace {
        rate,
        length,
        connections: CONNECTIONS,
    };
    let asked = Arc::clone(asked);
    let requests: Requests = Arc::new(move |number| {
        let question = Question::of(number);
        (question as usize, asked.request(question, number))
    });
    open::run(server.address, pace, Question::KINDS, requests).await
}
