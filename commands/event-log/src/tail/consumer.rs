//! The consumer by which a tail follows its stream.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, push};
use async_nats::{Message, StatusCode};
use flowgrid_bus::{RecordedEvent, decode_message, stream_name};
use futures_util::StreamExt;
use tokio::sync::watch;

use super::Tail;
use crate::{Bus, LogError, stream};

/// The server says at least this often that the consumer lives.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// How long the server keeps a consumer that nobody listens to.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(30);
/// Pause before a consumer is made again.
const BACKOFF: Duration = Duration::from_millis(200);
/// The most messages taken before readers are told.
const MOST_AT_ONCE: usize = 512;

/// Follows the stream for a tail, whenever the tail wants it to.
pub(super) struct Consumer {
    pub bus: Bus,
    pub tail: Arc<Tail>,
}

impl Consumer {
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let tail = Arc::clone(&self.tail);
        loop {
            tokio::select! {
                () = tail.stream_wanted() => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
            let ended = tokio::select! {
                ended = self.follow() => ended,
                () = tail.stream_no_longer_wanted() => continue,
                _ = shutdown.wait_for(|stop| *stop) => return,
            };
            tail.connected.store(false, Ordering::Relaxed);
            match ended {
                Err(error @ (LogError::Gap { .. } | LogError::Corrupt(_))) => {
                    tracing::warn!(log = %tail.log(), %error, "the stream can't be followed");
                }
                Err(error) => {
                    tracing::debug!(log = %tail.log(), %error, "following the stream again");
                }
                Ok(()) => {}
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
        let headers = message.headers.as_ref();
        let event = decode_message(self.tail.log(), position, headers, message.payload)?;
        batch.push(Arc::new(event));
        Ok(())
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
        self.tail.start_on(state.first, state.last);
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
            inactive_threshold: FORGOTTEN_AFTER,
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
