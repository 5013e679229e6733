//! An open loop: requests leave at a fixed rate whatever the answers do, and latency counts from when each was due.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::http::Client;
use crate::load::Measured;
use crate::{Result, pacer};

/// How fast, for how long, on how many connections.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Requests a second.
    pub(crate) rate: u32,
    /// Whole seconds.
    pub(crate) length: Duration,
    pub(crate) connections: usize,
}

/// The request of a number, and of which kind it is.
pub(crate) type Requests = Arc<dyn Fn(usize) -> (usize, Vec<u8>) + Send + Sync>;

/// Runs until all that was due is answered; tells each of so many kinds apart.
pub(crate) async fn run(
    address: SocketAddr,
    pace: Pace,
    kinds: usize,
    requests: Requests,
) -> Result<Vec<Measured>> {
    let count = pace.rate as usize * usize::try_from(pace.length.as_secs())?;
    let mut tasks = JoinSet::new();
    for mut ticks in pacer::start(pace.rate, count, pace.connections) {
        let mut client = Client::connect(address).await?;
        let (requests, mut measured) = (requests.clone(), fresh(kinds)?);
        tasks.spawn(async move {
            while let Some(tick) = ticks.recv().await {
                let (kind, request) = requests(tick.number);
                let answer = client.send(&request).await?;
                let took = tick.due.elapsed();
                let of_kind = measured.get_mut(kind).ok_or("no such kind")?;
                of_kind.latencies.record(took);
                if answer.is_success() {
                    of_kind.acknowledged += 1;
                } else {
                    of_kind.refused += 1;
                    let first = &mut of_kind.first_refusal;
                    first.get_or_insert_with(|| answer.describe());
                }
            }
            Ok::<_, crate::Failure>(measured)
        });
    }
    let mut all = fresh(kinds)?;
    while let Some(done) = tasks.join_next().await {
        for (sum, one) in all.iter_mut().zip(&done??) {
            sum.add(one)?;
        }
    }
    Ok(all)
}

fn fresh(kinds: usize) -> Result<Vec<Measured>> {
    (0..kinds).map(|_| Measured::new()).collect()
}
