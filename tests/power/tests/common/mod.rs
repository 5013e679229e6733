//! Servers whose power can be cut, and a load that remembers what it was told.
#![allow(dead_code, unused_imports)]

mod load;
mod servers;

pub use load::{Load, lost};
pub use servers::{PoweredNats, PoweredPostgres, free_port};

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long anything may take on a machine that is busy with other tests.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Asks again until it is so; fails when patience ends.
pub async fn until<F: Future<Output = bool>>(what: &str, mut so: impl FnMut() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !so().await {
        assert!(Instant::now() < deadline, "never happened: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// `SEED`, else the one with which the suite runs.
pub fn seed(usual: u64) -> u64 {
    std::env::var("SEED").map_or(usual, |seed| seed.parse().unwrap())
}
