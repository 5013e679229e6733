//! The newest events of a log as they come from its stream: one consumer for each log and
//! process, whoever reads.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, push};
use async_nats::{Message, StatusCode};
use flowgrid_bus::{LogId, RecordedEvent, decode_message, stream_name};
use futures_util::StreamExt;
use tokio::sync::watch;

pub use crate::ring::RingRange as TailRange;
use crate::{Bus, LogError, LogInfo, Ring, stream};

/// How many events and bytes a tail holds.
const MOST_EVENTS: usize = 8_192;
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The server says at least this often that the consumer lives.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// Pause before a consumer is made again.
const BACKOFF: Duration = Duration::from_millis(200);
/// The most messages taken before readers are told.
const MOST_AT_ONCE: usize = 512;

/// A bounded window of the newest events on the stream. Readers that fall behind it read the
/// log instead, so no reader can hold up another.
pub struct Tail {
    log: LogInfo,
    ring: Ring,
    connected: AtomicBool,
}

impl Tail {
    /// Follows the stream until `shutdown` turns true. `feed` holds what this process appended
    /// itself: an event found there isn't decoded again.
    pub fn start(
        bus: Bus,
        log: LogInfo,
        feed: Option<Arc<Ring>>,
        shutdown: watch::Receiver<bool>,
    ) -> Arc<Self> {
        let tail = Arc::new(Self {
            log,
            ring: Ring::new(MOST_EVENTS, MOST_BYTES),
            connected: AtomicBool::new(false),
        });
        tokio::spawn(
            Consumer {
                bus,
                tail: Arc::clone(&tail),
                feed,
                started: false,
            }
            .run(shutdown),
        );
        tail
    }

    pub fn log(&self) -> LogId {
        self.log.id
    }

    pub fn info(&self) -> LogInfo {
        self.log
    }

    /// The newest position seen on the stream.
    pub fn head(&self) -> u64 {
        self.ring.head()
    }

    /// Whether the stream is being followed right now.
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Relaxed)
    }

    /// Up to `max` events after a position.
    pub fn range(&self, after: u64, max: usize) -> TailRange {
        self.ring.range(after, max)
    }

    /// Until the head is beyond `after`. Cancel-safe.
    pub async fn beyond(&self, after: u64) {
        self.ring.beyond(after).await;
    }
}

/// The tails of all logs that a process follows.
#[derive(Default)]
pub struct Tails {
    by_log: HashMap<LogId, Arc<Tail>>,
}

impl Tails {
    pub fn new(tails: impl IntoIterator<Item = Arc<Tail>>) -> Self {
        Self {
            by_log: tails.into_iter().map(|tail| (tail.log(), tail)).collect(),
        }
    }

    pub fn get(&self, log: LogId) -> Option<Arc<Tail>> {
        self.by_log.get(&log).cloned()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Tail>> {
        self.by_log.values()
    }
}

struct Consumer {
    bus: Bus,
    tail: Arc<Tail>,
    feed: Option<Arc<Ring>>,
    started: bool,
}

impl Consumer {
    async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        loop {
            let ended = tokio::select! {
                ended = self.follow() => ended,
                _ = shutdown.wait_for(|stop| *stop) => return,
            };
            self.tail.connected.store(false, Ordering::Relaxed);
            if let Err(error) = ended {
                tracing::debug!(log = %self.tail.log(), %error, "following the stream again");
            }
            tokio::time::sleep(BACKOFF).await;
        }
    }

    /// Takes messages until the consumer ends or a position is missing.
    async fn follow(&mut self) -> Result<(), LogError> {
        let mut messages = self.consume().await?;
        self.tail.connected.store(true, Ordering::Relaxed);
        let mut batch = Vec::new();
        loop {
            let silence = HEARTBEAT * 3;
            let first = tokio::time::timeout(silence, messages.next()).await;
            let Ok(Some(first)) = first else {
                return Err(LogError::Bus("the consumer fell silent".into()));
            };
            let mut next = Some(first);
            let mut ended = Ok(());
            while let Some(message) = next {
                ended = self.take(message, &mut batch).await;
                if ended.is_err() || batch.len() >= MOST_AT_ONCE {
                    break;
                }
                next = futures_util::FutureExt::now_or_never(messages.next()).flatten();
            }
            self.tail.ring.push(&batch);
            batch.clear();
            ended?;
        }
    }

    async fn take(
        &self,
        message: Message,
        batch: &mut Vec<Arc<RecordedEvent>>,
    ) -> Result<(), LogError> {
        match message.status {
            None | Some(StatusCode::OK) => {}
            Some(StatusCode::IDLE_HEARTBEAT) => {
                // With a reply it is flow control: the server waits for our answer.
                if let Some(reply) = message.reply {
                    let answered = self.bus.client().publish(reply, bytes::Bytes::new()).await;
                    answered.map_err(|error| LogError::Bus(error.to_string()))?;
                }
                return Ok(());
            }
            Some(status) => return Err(LogError::Bus(format!("the consumer ended: {status}"))),
        }
        let position = sequence_of(&message)
            .ok_or_else(|| LogError::Corrupt("a message without its sequence".into()))?;
        let head = batch
            .last()
            .map_or_else(|| self.tail.head(), |event| event.position);
        if position <= head {
            return Ok(()); // seen already
        }
        if position != head + 1 {
            return Err(LogError::Gap {
                log: self.tail.log(),
                expected: head + 1,
                found: position,
            });
        }
        batch.push(self.event(position, message)?);
        Ok(())
    }

    fn event(&self, position: u64, message: Message) -> Result<Arc<RecordedEvent>, LogError> {
        let own = self.feed.as_ref().and_then(|feed| feed.get(position));
        if let Some(own) = own {
            let id = message
                .headers
                .as_ref()
                .and_then(|headers| headers.get("ce-id"));
            if id.is_some_and(|id| {
                uuid::Uuid::try_parse(id.as_str()).is_ok_and(|id| id == own.event_id)
            }) {
                return Ok(own);
            }
        }
        let event = decode_message(
            self.tail.log(),
            position,
            message.headers.as_ref(),
            message.payload,
        )?;
        Ok(Arc::new(event))
    }

    /// A consumer from the tail's head on; from the stream's end the first time.
    async fn consume(&mut self) -> Result<async_nats::Subscriber, LogError> {
        let bus_error = |error: String| LogError::Bus(error);
        let log = self.tail.log;
        let state = stream::state(&self.bus, log)
            .await?
            .ok_or_else(|| bus_error("no stream yet".into()))?;
        if !state.is_of(log.epoch) {
            return Err(LogError::Corrupt(format!(
                "the stream is of epoch {}",
                state.epoch
            )));
        }
        let head = self.tail.head();
        // The stream may have been made anew from a later position: readers find the rest in the log.
        if !self.started || state.first > head + 1 {
            self.tail.ring.start_at(state.last.max(head));
            self.started = true;
        }
        let inbox = self.bus.client().new_inbox();
        let subscriber = self
            .bus
            .client()
            .subscribe(inbox.clone())
            .await
            .map_err(|error| bus_error(error.to_string()))?;
        let config = push::Config {
            deliver_subject: inbox,
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: self.tail.head() + 1,
            },
            ack_policy: AckPolicy::None,
            max_deliver: 1,
            memory_storage: true,
            num_replicas: 1,
            flow_control: true,
            idle_heartbeat: HEARTBEAT,
            inactive_threshold: Duration::from_secs(30),
            ..push::Config::default()
        };
        self.bus
            .context()
            .create_consumer_on_stream(config, stream_name(log.id))
            .await
            .map_err(|error| bus_error(error.to_string()))?;
        Ok(subscriber)
    }
}

/// The stream sequence in `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.…`, or in the
/// longer form that also names domain and account (NATS ADR-15).
fn sequence_of(message: &Message) -> Option<u64> {
    let reply = message.reply.as_ref()?.as_str();
    let at = if reply.split('.').count() > 9 { 7 } else { 5 };
    reply.split('.').nth(at)?.parse().ok()
}
