//! A closed loop: so many connections, each sends its next command when the last one is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Result;
use crate::histogram::Latencies;
use crate::http::Client;

/// Makes the next request; `None` ends the load.
pub(crate) type Source = Arc<dyn Fn() -> Option<Vec<u8>> + Send + Sync>;

/// When what is answered counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    from: Instant,
    to: Instant,
}

impl Window {
    /// Counts for `length`, once the connections have run for `warm_up`.
    pub(crate) fn after(warm_up: Duration, length: Duration) -> Self {
        let from = Instant::now() + warm_up;
        Self {
            from,
            to: from + length,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.to
    }

    pub(crate) fn holds(&self, at: Instant) -> bool {
        at >= self.from && at < self.to
    }

    pub(crate) fn seconds(&self) -> f64 {
        (self.to - self.from).as_secs_f64()
    }
}

/// What a load, or several, came to.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// Of the commands answered within the window.
    pub(crate) latencies: Latencies,
    /// Answered with success, within the window or not.
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) first_refusal: Option<String>,
}

impl Measured {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            latencies: Latencies::new()?,
            acknowledged: 0,
            refused: 0,
            first_refusal: None,
        })
    }

    pub(crate) fn add(&mut self, other: &Self) -> Result<()> {
        self.latencies.add(&other.latencies)?;
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        if self.first_refusal.is_none() {
            self.first_refusal.clone_from(&other.first_refusal);
        }
        Ok(())
    }

    pub(crate) fn per_second(&self, window: Window) -> f64 {
        self.latencies.count() as f64 / window.seconds()
    }
}

/// Runs until the window is over or the source ends; every request sent is waited for.
pub(crate) async fn run(
    address: SocketAddr,
    connections: usize,
    window: Window,
    source: Source,
) -> Result<Measured> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        tasks.spawn(one(address, window, source.clone()));
    }
    let mut all = Measured::new()?;
    while let Some(done) = tasks.join_next().await {
        all.add(&done??)?;
    }
    Ok(all)
}

async fn one(address: SocketAddr, window: Window, source: Source) -> Result<Measured> {
    let mut client = Client::connect(address).await?;
    let mut measured = Measured::new()?;
    while !window.is_over() {
        let Some(request) = source() else { break };
        let sent = Instant::now();
        let answer = client.send(&request).await?;
        let answered = Instant::now();
        if answer.is_success() {
            measured.acknowledged += 1;
            if window.holds(answered) {
                measured.latencies.record(answered - sent);
            }
        } else {
            measured.refused += 1;
            measured
                .first_refusal
                .get_or_insert_with(|| answer.describe());
        }
    }
    Ok(measured)
}

/// So many commands, as fast as they are taken.
pub(crate) async fn run_all(
    address: SocketAddr,
    connections: usize,
    source: Source,
) -> Result<Measured> {
    let window = Window::after(Duration::ZERO, Duration::from_secs(3_600));
    let measured = run(address, connections, window, source).await?;
    match &measured.first_refusal {
        None => Ok(measured),
        Some(refusal) => Err(format!("refused: {refusal}").into()),
    }
}
