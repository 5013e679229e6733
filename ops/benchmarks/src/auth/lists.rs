//! The same list over HTTP with row-level security and its transaction, and without either.
//!
//! Two processes answer it in turn, alike in everything else: the handler, the layers, the statement, the
//! connections. The one without reads as Postgres's superuser, whom no policy binds, outside a transaction.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::list_server::UNPROTECTED;
use super::{TURNS, WARM_UP};
use crate::body::{self, BUILDINGS_PATH, ORGANIZATIONS};
use crate::health::Probe;
use crate::histogram::median;
use crate::http::{self, Client};
use crate::load::{self, Source, Window};
use crate::report::{Bound, Report};
use crate::server::Server;
use crate::{Result, address};

/// In all organizations together: 200 in each.
const BUILDINGS: usize = 2_000;
const CONNECTIONS: usize = 64;
const READY_WITHIN: Duration = Duration::from_secs(20);
const SETTLE: Duration = Duration::from_secs(60);

pub(crate) async fn measure(server: &Server, length: Duration, report: &mut Report) -> Result<()> {
    fill(server).await?;
    let with = Reader::start(server, false).await?;
    let without = Reader::start(server, true).await?;
    let token = server.token(&body::organization(0), "viewer").await?;
    let request = http::get(BUILDINGS_PATH, &token);
    let same = with.answer(&request).await? == without.answer(&request).await?;
    report.require(same, || "the two readers answer differently".to_owned());
    let (mut protected, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        protected.push(with.per_second(&request, length / 2).await?);
        bare.push(without.per_second(&request, length / 2).await?);
    }
    let ratios: Vec<f64> = bare.iter().zip(&protected).map(|(b, p)| b / p).collect();
    report.value("list_per_s", median(&protected), Bound::None);
    report.value("list_without_rls_per_s", median(&bare), Bound::None);
    report.value(
        "rls_overhead",
        median(&ratios),
        Bound::AtMost {
            must: 1.3,
            aim: 1.15,
        },
    );
    report.context("list_turns", json!(protected));
    report.context("list_without_rls_turns", json!(bare));
    report.note(format!(
        "rls_overhead: 50 of 200 buildings at {CONNECTIONS} connections, median of {TURNS} turns"
    ));
    Ok(())
}

async fn fill(server: &Server) -> Result<()> {
    let mut tokens = Vec::with_capacity(ORGANIZATIONS);
    for index in 0..ORGANIZATIONS {
        tokens.push(server.token(&body::organization(index), "user").await?);
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let source: Source = Arc::new(move || {
        let n = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let body = body::registration(&format!("b-{n}"), n);
        let token = tokens.get(n % ORGANIZATIONS)?;
        (n < BUILDINGS).then(|| http::request("POST", BUILDINGS_PATH, token, "", &body))
    });
    load::run_all(server.address, CONNECTIONS, source).await?;
    Probe::new(server).await?.settle(SETTLE).await
}

/// A process that answers lists. Killed when dropped.
struct Reader {
    address: SocketAddr,
    _child: Child,
}

impl Reader {
    async fn start(server: &Server, unprotected: bool) -> Result<Self> {
        let address = address::free()?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("list-server")
            .env("DATABASE_URL", &server.database_url)
            .env("NATS_URL", &server.nats_url)
            .env("JWT_SECRET", server.secret())
            .env("LISTEN", address.to_string())
            .stdin(Stdio::null())
            .kill_on_drop(true);
        if unprotected {
            command.env(UNPROTECTED, "1");
        }
        let reader = Self {
            address,
            _child: command.spawn()?,
        };
        reader.until_ready().await?;
        Ok(reader)
    }

    async fn until_ready(&self) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < READY_WITHIN {
            if Client::connect(self.address).await.is_ok() {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err("the reader of lists did not start".into())
    }

    async fn answer(&self, request: &[u8]) -> Result<Vec<u8>> {
        let mut client = Client::connect(self.address).await?;
        let answer = client.send(request).await?;
        if !answer.is_success() {
            return Err(format!("a list: {}", answer.describe()).into());
        }
        Ok(answer.body.to_vec())
    }

    async fn per_second(&self, request: &[u8], length: Duration) -> Result<f64> {
        let request = request.to_vec();
        let source: Source = Arc::new(move || Some(request.clone()));
        let window = Window::after(WARM_UP, length);
        let measured = load::run(self.address, CONNECTIONS, window, source).await?;
        match &measured.first_refusal {
            None => Ok(measured.per_second(window)),
            Some(refusal) => Err(format!("a list was refused: {refusal}").into()),
        }
    }
}
