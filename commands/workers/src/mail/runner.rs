//! Sends what waits in the outbox.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::lease::{Afterwards, Leased};
use super::upkeep::keep_up;
use super::{Outbox, SendError, Transport};

/// How long a sent letter that can't be marked waits to be marked again.
const MARK_AGAIN: Duration = Duration::from_millis(500);

/// How a runner goes about it.
#[derive(Clone, Debug)]
pub struct RunnerOptions {
    /// Letters on their way at once.
    pub senders: usize,
    /// How long one attempt may take.
    pub send_limit: Duration,
    /// For how long a letter is ours; at least twice `send_limit`.
    pub lease: Duration,
    /// How often the outbox is asked when this process puts nothing.
    pub look_every: Duration,
    /// What the first failure is followed by; each further one by twice as long, to
    /// `longest_delay`. Up to half of it is taken off at random.
    pub first_delay: Duration,
    pub longest_delay: Duration,
    /// The age at which a failure is a letter's last.
    pub give_up_after: Duration,
    /// How long a stop waits for letters on their way.
    pub stop_limit: Duration,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            senders: 4,
            send_limit: Duration::from_secs(30),
            lease: Duration::from_secs(90),
            look_every: Duration::from_secs(2),
            first_delay: Duration::from_secs(5),
            longest_delay: Duration::from_secs(3_600),
            give_up_after: Duration::from_secs(24 * 3_600),
            stop_limit: Duration::from_secs(5),
        }
    }
}

impl RunnerOptions {
    /// The wait after an attempt that failed, the first being 1.
    pub(crate) fn delay_after(&self, attempt: i32) -> Duration {
        let doubled = u32::try_from(attempt.clamp(1, 31) - 1).unwrap_or(0);
        self.first_delay
            .saturating_mul(1 << doubled)
            .min(self.longest_delay)
    }
}

/// Sends in the background. Several may run, in one process or many.
pub struct MailRunner {
    task: JoinHandle<()>,
    limit: Duration,
}

impl MailRunner {
    /// Sends until `stop` turns true.
    pub fn start(
        outbox: Outbox,
        transport: Transport,
        mut options: RunnerOptions,
        stop: watch::Receiver<bool>,
    ) -> Self {
        options.lease = options.lease.max(options.send_limit.saturating_mul(2));
        let limit = options.stop_limit + Duration::from_secs(2);
        let upkeep = keep_up(outbox.clone(), options.clone(), stop.clone());
        let sending = Arc::new(Sending {
            outbox,
            transport,
            options,
        });
        tokio::spawn(upkeep);
        let task = tokio::spawn(run(sending, stop));
        Self { task, limit }
    }

    /// Waits for its end, which comes within its limit once it was told to stop.
    pub async fn join(mut self) {
        if timeout(self.limit, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

struct Sending {
    outbox: Outbox,
    transport: Transport,
    options: RunnerOptions,
}

async fn run(sending: Arc<Sending>, mut stop: watch::Receiver<bool>) {
    let mut on_the_way = JoinSet::new();
    let mut looks = interval(sending.options.look_every);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Whether something may be due that nobody has taken.
    let mut more = true;
    loop {
        let places = sending.options.senders.saturating_sub(on_the_way.len());
        if more && places > 0 {
            more = start_due(&sending, &mut on_the_way, places).await;
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = sending.outbox.wait_for_put() => more = true,
            _ = looks.tick() => more = true,
            Some(_) = on_the_way.join_next() => {}
        }
    }
    let ended = async { while on_the_way.join_next().await.is_some() {} };
    if timeout(sending.options.stop_limit, ended).await.is_err() {
        // Broken off where they are: their leases end, and another runner sends them.
        on_the_way.abort_all();
    }
    sending.transport.close().await;
}

/// Starts to send up to `places` letters; whether there may be more.
async fn start_due(sending: &Arc<Sending>, on_the_way: &mut JoinSet<()>, places: usize) -> bool {
    match sending.outbox.take(places, sending.options.lease).await {
        Ok(taken) => {
            let more = taken.len() == places;
            for leased in taken {
                on_the_way.spawn(Arc::clone(sending).send(leased));
            }
            more
        }
        Err(error) => {
            tracing::warn!(%error, "can't look into the outbox");
            false
        }
    }
}

impl Sending {
    async fn send(self: Arc<Self>, leased: Leased) {
        let limit = self.options.send_limit;
        let outcome = timeout(limit, self.attempt(&leased))
            .await
            .unwrap_or_else(|_| Err(SendError::temporary("no answer in time")));
        match outcome {
            Ok(()) => {
                self.outbox.counters().count_sent();
                self.mark_sent(&leased).await;
            }
            Err(error) => self.put_off(&leased, &error).await,
        }
    }

    async fn attempt(&self, leased: &Leased) -> Result<(), SendError> {
        // Not lost: with the key set, or by a newer process, it is sent after all.
        let letter = self
            .outbox
            .open_letter(leased.id, &leased.sealed)
            .map_err(|error| SendError::temporary(error.to_string()))?;
        self.transport
            .deliver(leased.id, letter, leased.written_at)
            .await
    }

    /// Until it is marked or no longer ours: unmarked it would be sent again.
    async fn mark_sent(&self, leased: &Leased) {
        loop {
            match self.outbox.sent(leased).await {
                Ok(()) => return,
                Err(error) if Instant::now() + MARK_AGAIN > leased.until => {
                    tracing::warn!(id = %leased.id, %error, "sent, but will be sent again");
                    return;
                }
                Err(_) => sleep(MARK_AGAIN).await,
            }
        }
    }

    async fn put_off(&self, leased: &Leased, error: &SendError) {
        let counters = self.outbox.counters();
        let afterwards = self.outbox.failed(leased, error, &self.options).await;
        let (id, kind, attempt) = (leased.id, &leased.kind, leased.attempt);
        match afterwards {
            Ok(Afterwards::TriedAgain) => {
                counters.count_failed();
                tracing::info!(%id, kind, attempt, %error, "mail not sent, will try again");
            }
            Ok(Afterwards::GivenUp) => {
                counters.count_given_up(1);
                tracing::warn!(%id, kind, attempt, %error, "mail not sent, given up");
            }
            Ok(Afterwards::NotOurs) => {}
            Err(unmarked) => {
                counters.count_failed();
                tracing::warn!(%id, kind, attempt, %error, %unmarked, "mail not sent");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_one_before_up_to_the_longest() {
        let options = RunnerOptions::default();
        let seconds = |attempt| options.delay_after(attempt).as_secs();
        assert_eq!([1, 2, 3, 10].map(seconds), [5, 10, 20, 2_560]);
        assert_eq!([11, 40, i32::MAX].map(seconds), [3_600; 3]);
        assert_eq!([0, -1].map(seconds), [5; 2]);
    }
}
