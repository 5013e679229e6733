//! The relay: mirrors a log on its stream. Stateless and safe to run many times: several race,
//! one wins each batch, the others read the stream's last sequence again and carry on.

mod publish;
mod repair;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use flowgrid_bus::RecordedEvent;
use futures_util::StreamExt;
use parking_lot::Mutex;
use tokio::sync::watch;

use repair::Look;
pub use repair::rebuild_stream;

use crate::integrity::Agreement;
use crate::{Bus, LogError, LogInfo, LogObserver, LogStore, Ring, RingRange, Tail, wake_subject};

/// The most messages in an atomic batch (NATS's own limit).
const MOST_MESSAGES: usize = 1_000;
/// The most payload in a batch, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How long it rests when nothing wakes it: what a lost wake-up costs.
const REST: Duration = Duration::from_secs(1);
/// How often log and stream are compared while all goes well.
const CHECK_EVERY: Duration = Duration::from_secs(30);
/// From how many events at once on a batch counts as one of a stream of them.
const BUSY: usize = 32;
/// How long it then lets more of them gather. NATS stages each atomic batch in files of its own:
/// under load a batch took about 19 ms, so fewer and larger ones leave more to the commands.
const GATHER: Duration = Duration::from_millis(20);
/// Pause after a failure.
const BACKOFF: Duration = Duration::from_millis(250);

/// What a relay is made of. `bus` is the connection that may publish on `ev.>`.
pub struct RelayOptions {
    pub store: LogStore,
    pub bus: Bus,
    pub log: LogInfo,
    /// What this process appended, so that Postgres needn't be read.
    pub feed: Arc<Ring>,
    /// The tail of this process, told of what is stored.
    pub tail: Option<Arc<Tail>>,
    pub observer: Arc<dyn LogObserver>,
    /// How many of the newest events a stream made anew holds.
    pub keep: u64,
}

impl RelayOptions {
    /// What another process says; whether the log holds something new by it.
    fn heard(&self, word: &[u8], last: u64) -> bool {
        let stored = std::str::from_utf8(word)
            .ok()
            .and_then(|text| text.parse::<u64>().ok());
        let Some(stored) = stored else { return true };
        if stored > last
            && let Some(tail) = &self.tail
        {
            tail.follow_stream();
        }
        false
    }
}

/// How far a relay is.
#[derive(Clone, Debug, Default)]
pub struct RelayStatus {
    /// Last position on the stream.
    pub relayed: u64,
    /// Newest position of the log that this relay has heard of.
    pub head: u64,
    /// Seconds since the oldest event not yet relayed was recorded.
    pub behind_since: Option<Instant>,
    /// Why it stands still.
    pub problem: Option<String>,
}

/// A running relay of one log.
#[derive(Clone)]
pub struct Relay {
    status: Arc<Mutex<RelayStatus>>,
    feed: Arc<Ring>,
}

impl Relay {
    /// Runs until `shutdown` turns true; what the feed still holds is relayed before.
    pub fn start(
        options: RelayOptions,
        shutdown: watch::Receiver<bool>,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let status = Arc::new(Mutex::new(RelayStatus::default()));
        let relay = Self {
            status: Arc::clone(&status),
            feed: Arc::clone(&options.feed),
        };
        let runner = Runner {
            options,
            status,
            shutdown,
        };
        (relay, tokio::spawn(runner.run()))
    }

    pub fn status(&self) -> RelayStatus {
        let mut status = self.status.lock().clone();
        status.head = status.head.max(self.feed.head());
        status
    }
}

struct Runner {
    options: RelayOptions,
    status: Arc<Mutex<RelayStatus>>,
    shutdown: watch::Receiver<bool>,
}

impl Runner {
    async fn run(mut self) {
        loop {
            let error = match self.relay().await {
                Ok(()) => return,
                Err(error) => error.to_string(),
            };
            if let Some(tail) = &self.options.tail {
                tail.relay_stands_still();
            }
            let known = self.status.lock().problem.replace(error.clone());
            if known.as_ref() != Some(&error) {
                tracing::warn!(log = %self.options.log.id, %error, "the relay stands still");
            }
            tokio::select! {
                () = tokio::time::sleep(BACKOFF) => {}
                _ = self.shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Relays until told to stop, or until something is wrong.
    async fn relay(&mut self) -> Result<(), LogError> {
        let mut woken = self
            .options
            .bus
            .client()
            .subscribe(wake_subject(self.options.log.id))
            .await
            .map_err(|error| LogError::Bus(error.to_string()))?;
        let mut connection = self.connection();
        let mut last = self.agree(Look::Thorough).await?;
        let mut checked = Instant::now();
        let mut look = true;
        self.status.lock().problem = None;
        loop {
            let connected = self.connection();
            if connected != connection {
                last = self.agree(Look::Thorough).await?;
                (connection, checked) = (connected, Instant::now());
            } else if checked.elapsed() > CHECK_EVERY {
                last = self.agree(Look::Short).await?;
                checked = Instant::now();
            }
            let events = self.next(last, look).await?;
            look = false;
            if !events.is_empty() {
                last = self.publish(last, &events).await?;
                look = events.len() >= MOST_MESSAGES;
                if (BUSY..MOST_MESSAGES).contains(&events.len()) {
                    self.gather().await;
                }
                continue;
            }
            self.note(last, None);
            if *self.shutdown.borrow() {
                return Ok(());
            }
            tokio::select! {
                () = self.options.feed.beyond(last) => {}
                message = woken.next() => {
                    let message = message
                        .ok_or_else(|| LogError::Bus("the subscription ended".into()))?;
                    look = self.options.heard(&message.payload, last);
                }
                () = tokio::time::sleep(REST) => look = true,
                _ = self.shutdown.wait_for(|stop| *stop) => look = true,
            }
        }
    }

    /// Which of this process's connections to NATS this is: another one may lead to another disk.
    fn connection(&self) -> u64 {
        let statistics = self.options.bus.client().statistics();
        statistics.connects.load(Ordering::Relaxed)
    }

    /// Lets more events come, under load only and not while the process ends.
    async fn gather(&mut self) {
        tokio::select! {
            () = tokio::time::sleep(GATHER) => {}
            _ = self.shutdown.wait_for(|stop| *stop) => {}
        }
    }

    /// The stream's last sequence, once stream and log agree; makes or mends the stream.
    async fn agree(&self, look: Look) -> Result<u64, LogError> {
        let RelayOptions {
            store,
            bus,
            log,
            keep,
            ..
        } = &self.options;
        match repair::check_and_mend(store, bus, *log, *keep, look).await? {
            Agreement::Agree { stream, .. } => {
                if let Some(tail) = &self.options.tail {
                    tail.stream_ends_at(stream);
                }
                Ok(stream)
            }
            Agreement::StreamAhead { log, stream } => Err(LogError::Corrupt(format!(
                "the stream is at {stream}, the log at {log}: Postgres has lost its tail; run `flowgrid log heal`"
            ))),
            other => Err(LogError::Corrupt(format!("{other:?}"))),
        }
    }

    /// The next events, from memory where it holds them.
    async fn next(&self, last: u64, look: bool) -> Result<Vec<Arc<RecordedEvent>>, LogError> {
        let mut events = match self.options.feed.range(last, MOST_MESSAGES) {
            RingRange::Events(events) => events,
            RingRange::Nothing if !look => return Ok(Vec::new()),
            RingRange::Nothing | RingRange::Behind => {
                let read = self
                    .options
                    .store
                    .read(self.options.log.id, last, MOST_MESSAGES)
                    .await?;
                read.into_iter().map(Arc::new).collect()
            }
        };
        let mut bytes = 0;
        let fitting = events.iter().take_while(|event| {
            bytes += event.size();
            bytes <= MOST_BYTES
        });
        let count = fitting.count().max(1);
        events.truncate(count);
        Ok(events)
    }

    async fn publish(&self, last: u64, events: &[Arc<RecordedEvent>]) -> Result<u64, LogError> {
        let RelayOptions {
            bus,
            log,
            tail,
            observer,
            ..
        } = &self.options;
        let started = Instant::now();
        self.note(last, Some(started));
        match publish::batch(bus, *log, last, events).await? {
            publish::Published::Stored { last } => {
                if let Some(tail) = tail {
                    tail.stored(events);
                }
                bus.stored(log.id, last);
                observer.relayed(log.id, events.len(), started.elapsed());
                self.note(last, None);
                Ok(last)
            }
            // Another relay was faster, or an earlier try got through after all.
            publish::Published::Elsewhere => self.agree(Look::Short).await,
        }
    }

    fn note(&self, relayed: u64, behind_since: Option<Instant>) {
        let mut status = self.status.lock();
        status.relayed = relayed;
        status.head = status.head.max(relayed);
        status.behind_since = match behind_since {
            Some(since) => status.behind_since.or(Some(since)),
            None => None,
        };
    }
}
