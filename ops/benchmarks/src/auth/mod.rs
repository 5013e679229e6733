//! What signing in, tokens, row-level security and rate limits cost.

mod bare_argon2;
mod limiter;
pub(crate) mod list_server;
mod lists;
mod people;
mod timing;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use self::people::People;
use crate::Result;
use crate::cli::AuthPart;
use crate::health::Probe;
use crate::histogram::median;
use crate::http;
use crate::load::{self, Measured, Source, Window};
use crate::report::{Bound, Report};
use crate::server::Server;

const ROUNDS: usize = 3;
const WARM_UP: Duration = Duration::from_secs(1);
const SETTLE: Duration = Duration::from_secs(60);
const VERIFY_CONNECTIONS: usize = 64;
/// Enough that the cores never wait for one, few enough that nobody queues for long.
const LOGIN_CONNECTIONS: usize = 8;
/// A share of a phase: the machine's speed drifts, so the two sides of a ratio take short turns.
const TURNS: u32 = 4;

/// Rates of all turns, and everything that was answered in them.
struct Ours {
    rates: Vec<f64>,
    all: Measured,
}

impl Ours {
    fn new() -> Result<Self> {
        Ok(Self {
            rates: Vec::new(),
            all: Measured::new()?,
        })
    }

    async fn turn(
        &mut self,
        server: &Server,
        connections: usize,
        length: Duration,
        source: Source,
    ) -> Result<()> {
        let window = Window::after(WARM_UP, length);
        let measured = load::run(server.address, connections, window, source).await?;
        self.rates.push(measured.per_second(window));
        self.all.add(&measured)
    }
}

pub(crate) async fn measure(
    server: &Server,
    length: Duration,
    only: Option<AuthPart>,
    report: &mut Report,
) -> Result<()> {
    let wanted = |part| only.is_none_or(|only| only == part);
    let people = Arc::new(People::register(server).await?);
    let mut probe = Probe::new(server).await?;
    let mut refused = 0;
    if wanted(AuthPart::Verify) {
        probe.settle(SETTLE).await?;
        refused += verify(server, &people, length, report).await?;
    }
    if wanted(AuthPart::Login) {
        probe.settle(SETTLE).await?;
        refused += login(server, &people, length, report).await?;
    }
    probe.settle(SETTLE).await?;
    if wanted(AuthPart::Timing) {
        timing::measure(server, &people, report).await?;
    }
    if wanted(AuthPart::Lists) {
        lists::measure(server, length, report).await?;
    }
    if wanted(AuthPart::Limiter) {
        limiter::measure(server, report).await?;
    }
    report.require(refused == 0, || format!("{refused} requests were refused"));
    Ok(())
}

/// `GET /auth/me`, each with a person's own token.
async fn verify(
    server: &Server,
    people: &Arc<People>,
    length: Duration,
    report: &mut Report,
) -> Result<u64> {
    let requests: Vec<Vec<u8>> = people
        .all()
        .map(|one| http::get("/api/v1/auth/me", &one.token))
        .collect();
    let source = in_turn(requests);
    let mut ours = Ours::new()?;
    for _ in 0..ROUNDS {
        ours.turn(server, VERIFY_CONNECTIONS, length, source.clone())
            .await?;
    }
    report.value("verify_per_s", median(&ours.rates), Bound::None);
    report.value("verify_p99_ms", ours.all.latencies.ms_at(99.0), Bound::None);
    tell_refusal(report, "verify", &ours.all);
    Ok(ours.all.refused)
}

/// Signing in, beside argon2id alone on all cores.
async fn login(
    server: &Server,
    people: &Arc<People>,
    length: Duration,
    report: &mut Report,
) -> Result<u64> {
    let source = in_turn(people.all().map(|one| one.login()).collect());
    let turn = length * ROUNDS as u32 / TURNS;
    let (mut ours, mut bare) = (Ours::new()?, Vec::new());
    for _ in 0..TURNS {
        bare.push(bare_argon2::per_second(turn).await?);
        ours.turn(server, LOGIN_CONNECTIONS, turn, source.clone())
            .await?;
    }
    report.note(format!(
        "medians of {TURNS} turns of {:.0} s; {LOGIN_CONNECTIONS} connections sign in, the generator shares the cores",
        turn.as_secs_f64()
    ));
    let rate = median(&ours.rates);
    report.value("login_per_s", rate, Bound::None);
    report.value("login_p50_ms", ours.all.latencies.ms_at(50.0), Bound::None);
    report.value("login_p99_ms", ours.all.latencies.ms_at(99.0), Bound::None);
    report.value("argon2_per_s", median(&bare), Bound::None);
    let ratios: Vec<f64> = ours.rates.iter().zip(&bare).map(|(a, b)| a / b).collect();
    report.value(
        "ratio_argon2",
        median(&ratios),
        Bound::AtLeast {
            must: 0.85,
            aim: 0.95,
        },
    );
    report.context("login_turns", json!(ours.rates));
    report.context("argon2_turns", json!(bare));
    tell_refusal(report, "login", &ours.all);
    Ok(ours.all.refused)
}

/// One after the other, over and over.
fn in_turn(requests: Vec<Vec<u8>>) -> Source {
    let next = AtomicUsize::new(0);
    Arc::new(move || {
        let n = next.fetch_add(1, Ordering::Relaxed);
        requests.get(n % requests.len().max(1)).cloned()
    })
}

fn tell_refusal(report: &mut Report, what: &str, measured: &Measured) {
    if let Some(refusal) = &measured.first_refusal {
        report.note(format!("{what} was refused: {refusal}"));
    }
}
