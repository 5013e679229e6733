//! Group commit: commands that arrive while a flush is on its way form the next batch. One that
//! arrives alone leaves at once; there is no timer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flowgrid_bus::RecordedEvent;
use parking_lot::Mutex;
use sqlx::{Connection, PgConnection};
use tokio::sync::{mpsc, oneshot};

use super::batch::{Waiting, next_batch};
use super::call::{Written, append_batch};
use super::failure::{Failure, is_of_the_server, is_shutdown};
use super::guard::{GateState, ServerIdentity, verify};
use super::{Append, AppendError, Appended, Expected};
use crate::{Bus, DbRole, LogError, LogInfo, LogKind, LogObserver, Ring, connect_options};

/// Commands that may wait; beyond it a new one is refused at once.
const QUEUE: usize = 4_096;
/// The longest a batch may take before its outcome is called unknown.
const CALL_LIMIT: Duration = Duration::from_secs(15);
/// From how many commands at once on they are a crowd.
const CROWD: usize = 16;
/// The longest a batch waits for the rest of a crowd.
const GATHER_LIMIT: Duration = Duration::from_millis(2);
/// How often a refused or unreachable log is looked at again.
const RECHECK: Duration = Duration::from_millis(500);

/// What an appender is made of.
pub struct AppenderOptions {
    pub database_url: String,
    pub bus: Bus,
    pub log: LogInfo,
    /// Takes what was written, for the relay of this process.
    pub feed: Arc<Ring>,
    /// No relay runs in this process: wake those of others.
    pub wake_others: bool,
    pub observer: Arc<dyn LogObserver>,
}

/// Appends to one log. One per log and process; cheap to clone. Must be made within a runtime.
#[derive(Clone)]
pub struct Appender {
    queue: mpsc::Sender<Waiting>,
    shared: Arc<Shared>,
}

struct Shared {
    kind: LogKind,
    gate: Mutex<GateState>,
    waiting: AtomicU64,
}

/// What an appender can be asked from outside.
#[derive(Clone, Debug)]
pub struct AppenderStats {
    /// Commands that wait for an answer.
    pub waiting: u64,
    pub gate: GateState,
}

impl Appender {
    pub fn start(options: AppenderOptions) -> Self {
        let (queue, inbox) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            kind: options.log.kind,
            gate: Mutex::new(GateState::Unverified),
            waiting: AtomicU64::new(0),
        });
        let flusher = Flusher {
            options,
            shared: Arc::clone(&shared),
            connection: None,
            compared_with: None,
            acknowledged: 0,
            last_check: None,
        };
        tokio::spawn(flusher.run(inbox));
        Self { queue, shared }
    }

    /// Until the events are on disk, or it is known why not.
    ///
    /// # Errors
    /// See [`AppendError`]; only [`AppendError::Unknown`] leaves open whether they were written.
    pub async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.shared.belongs_here(&append)?;
        let (answer, answered) = oneshot::channel();
        self.queue
            .try_send(Waiting { append, answer })
            .map_err(|_| AppendError::Overloaded)?;
        let _counted = Counted::new(&self.shared.waiting);
        let result = answered.await;
        result.unwrap_or_else(|_| Err(AppendError::Unknown("the appender stopped".into())))
    }

    pub fn stats(&self) -> AppenderStats {
        AppenderStats {
            waiting: self.shared.waiting.load(Ordering::Relaxed),
            gate: self.shared.gate.lock().clone(),
        }
    }
}

impl Shared {
    /// Telemetry is appended without a version, and nothing else is.
    fn belongs_here(&self, append: &Append) -> Result<(), AppendError> {
        let telemetry = self.kind == LogKind::Telemetry;
        let versioned = append.expected != Expected::Any;
        let others = append.events.iter().any(|event| event.of.is_some());
        if telemetry == versioned
            || (telemetry && !append.claims.is_empty())
            || (versioned && others)
        {
            let reason = format!("{} is not for this kind of log", append.aggregate_type);
            return Err(AppendError::Rejected(reason));
        }
        Ok(())
    }
}

/// Counts a caller for as long as it waits, also one that goes away without its answer.
struct Counted<'a>(&'a AtomicU64);

impl<'a> Counted<'a> {
    fn new(waiting: &'a AtomicU64) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The task that owns the connection.
struct Flusher {
    options: AppenderOptions,
    shared: Arc<Shared>,
    connection: Option<PgConnection>,
    compared_with: Option<ServerIdentity>,
    acknowledged: u64,
    last_check: Option<(Instant, AppendError)>,
}

impl Flusher {
    async fn run(mut self, mut inbox: mpsc::Receiver<Waiting>) {
        let mut queue = VecDeque::new();
        // Compare before the first command comes, so that it needn't wait for it, and again until it
        // has succeeded: NATS may start later than we do.
        while self.ready().await.is_err() {
            match tokio::time::timeout(RECHECK, inbox.recv()).await {
                Ok(Some(first)) => {
                    queue.push_back(first);
                    break;
                }
                Ok(None) => return,
                Err(_) => {}
            }
        }
        let mut crowd = 0;
        loop {
            if queue.is_empty() {
                match inbox.recv().await {
                    Some(first) => queue.push_back(first),
                    None => return,
                }
            }
            take_arrived(&mut inbox, &mut queue);
            if crowd >= CROWD {
                gather(&mut inbox, &mut queue, crowd).await;
            }
            let batch = next_batch(&mut queue);
            let sent = batch.len();
            self.flush(batch).await;
            crowd = sent + queue.len() + inbox.len();
        }
    }

    async fn flush(&mut self, batch: Vec<Waiting>) {
        if let Err(error) = self.ready().await {
            return refuse(batch, &error);
        }
        match self.call(&batch).await {
            Ok(written) => self.answer(batch, written),
            Err(Failure::Alone(reason)) if batch.len() == 1 => {
                refuse(batch, &AppendError::Rejected(reason))
            }
            // One command broke the call: find out which, so that its neighbours don't fail.
            Err(Failure::Alone(_)) => {
                for waiting in batch {
                    let alone = vec![waiting];
                    match self.call(&alone).await {
                        Ok(written) => self.answer(alone, written),
                        Err(failure) => refuse(alone, &failure.into_error()),
                    }
                }
            }
            Err(failure) => refuse(batch, &failure.into_error()),
        }
    }

    /// A connection on a log that may be written to.
    async fn ready(&mut self) -> Result<(), AppendError> {
        if self.connection.is_some() && *self.shared.gate.lock() == GateState::Open {
            return Ok(());
        }
        if let Some((at, error)) = &self.last_check
            && at.elapsed() < RECHECK
        {
            return Err(error.clone());
        }
        let checked = self.check().await;
        self.last_check = checked
            .as_ref()
            .err()
            .map(|error| (Instant::now(), error.clone()));
        checked
    }

    async fn check(&mut self) -> Result<(), AppendError> {
        let log = self.options.log;
        let unavailable = |error: LogError| AppendError::Unavailable(error.to_string());
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let compared = tokio::time::timeout(
            CALL_LIMIT,
            verify(
                &mut connection,
                &self.options.bus,
                log,
                self.acknowledged,
                self.compared_with,
            ),
        )
        .await
        .map_err(|_| AppendError::Unavailable("comparing log and stream took too long".into()))?;
        let (gate, head, server) = compared.map_err(unavailable)?;
        self.connection = Some(connection);
        self.compared_with = server;
        let was = std::mem::replace(&mut *self.shared.gate.lock(), gate.clone());
        match gate {
            GateState::Refused(refusal) => {
                if was != GateState::Refused(refusal.clone()) {
                    tracing::error!(log = %log.id, %refusal, "commands are refused");
                }
                Err(AppendError::Refused {
                    log: log.id,
                    refusal,
                })
            }
            GateState::Open | GateState::Unverified => {
                self.acknowledged = self.acknowledged.max(head);
                Ok(())
            }
        }
    }

    async fn connect(&mut self) -> Result<PgConnection, AppendError> {
        *self.shared.gate.lock() = GateState::Unverified;
        let options = connect_options(&self.options.database_url, DbRole::Log)
            .map_err(|error| AppendError::Unavailable(error.to_string()))?;
        let connecting =
            tokio::time::timeout(Duration::from_secs(5), PgConnection::connect_with(&options));
        match connecting.await {
            Ok(connected) => connected.map_err(|error| AppendError::Unavailable(error.to_string())),
            Err(_) => Err(AppendError::Unavailable("connecting took too long".into())),
        }
    }

    async fn call(&mut self, batch: &[Waiting]) -> Result<Written, Failure> {
        let Some(mut connection) = self.connection.take() else {
            return Err(Failure::Broken("no connection".into()));
        };
        let started = Instant::now();
        let call = append_batch(&mut connection, self.options.log, self.acknowledged, batch);
        let failure = match tokio::time::timeout(CALL_LIMIT, call).await {
            Ok(Ok(written)) => {
                self.connection = Some(connection);
                let events = batch
                    .iter()
                    .map(|waiting| waiting.append.events.len())
                    .sum();
                self.options.observer.appended(
                    self.options.log.id,
                    batch.len(),
                    events,
                    started.elapsed(),
                );
                return Ok(written);
            }
            Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some("FG003") => {
                Failure::LostTail(self.options.log.id, self.acknowledged)
            }
            // No command's fault, and each of them would meet the same: all may come back later. The
            // next ones get a connection of their own, perhaps to another server.
            Ok(Err(sqlx::Error::Database(error))) if is_of_the_server(&*error) => {
                Failure::Unavailable(error.to_string())
            }
            // The server answered: the transaction was rolled back, the connection may be good.
            Ok(Err(sqlx::Error::Database(error))) if !is_shutdown(&*error) => {
                self.connection = Some(connection);
                return Err(Failure::Alone(error.to_string()));
            }
            Ok(Err(error)) => Failure::Broken(error.to_string()),
            Err(_) => Failure::Broken("no answer in time".into()),
        };
        *self.shared.gate.lock() = GateState::Unverified;
        tracing::warn!(log = %self.options.log.id, error = ?failure, "append failed");
        Err(failure)
    }

    /// Tells each command what became of it, and hands what was written to the relay.
    fn answer(&mut self, batch: Vec<Waiting>, written: Written) {
        let Written {
            base,
            recorded_at,
            mut lost,
        } = written;
        let mut position = base;
        let mut recorded = Vec::with_capacity(batch.len());
        let mut answers = Vec::with_capacity(batch.len());
        for (number, waiting) in (1..).zip(batch) {
            let outcome = match lost.remove(&number) {
                Some(lost) => lost,
                None => {
                    let before = position;
                    position += waiting.append.events.len() as u64;
                    let version = self.record(waiting.append, before, recorded_at, &mut recorded);
                    Appended::Written {
                        last: position,
                        version,
                        recorded_at,
                    }
                }
            };
            answers.push((waiting.answer, outcome));
        }
        self.acknowledged = self.acknowledged.max(position);
        self.options.feed.push(&recorded);
        if self.options.wake_others {
            self.options.bus.wake(self.options.log.id);
        }
        for (answer, outcome) in answers {
            let _ = answer.send(Ok(outcome)); // the caller may have gone
        }
    }

    /// What was written beyond the position `before`; answers the version that it led to.
    fn record(
        &self,
        append: Append,
        before: u64,
        recorded_at: chrono::DateTime<chrono::Utc>,
        into: &mut Vec<Arc<RecordedEvent>>,
    ) -> u64 {
        let tenant_id = append.tenant.id();
        let mut sequence = match append.expected {
            Expected::Version(version) => version,
            Expected::Any => before,
        };
        for (event, position) in append.events.into_iter().zip(before + 1..) {
            sequence += 1;
            into.push(Arc::new(RecordedEvent {
                log: self.options.log.id,
                position,
                event_id: event.id,
                tenant_id,
                aggregate_type: append.aggregate_type.into(),
                aggregate_id: event
                    .of
                    .as_ref()
                    .unwrap_or(&append.aggregate_id)
                    .as_str()
                    .into(),
                sequence,
                event_type: event.event_type,
                event_version: event.event_version,
                payload: Bytes::from(event.payload),
                metadata: append.metadata.as_str().into(),
                // Postgres keeps microseconds, and so does its answer.
                recorded_at,
            }));
        }
        sequence
    }
}

fn take_arrived(inbox: &mut mpsc::Receiver<Waiting>, queue: &mut VecDeque<Waiting>) {
    while queue.len() < QUEUE
        && let Ok(next) = inbox.try_recv()
    {
        queue.push_back(next);
    }
}

/// In a crowd most of those just answered are about to send again. A call costs far more than a
/// command in it, so the next one waits for half of them, but not for long: while they are written,
/// the other half is read and decided. Who comes alone, or with a few, never gets here.
async fn gather(inbox: &mut mpsc::Receiver<Waiting>, queue: &mut VecDeque<Waiting>, crowd: usize) {
    let most = (crowd / 2).min(QUEUE);
    let deadline = tokio::time::Instant::now() + GATHER_LIMIT;
    while queue.len() < most {
        match tokio::time::timeout_at(deadline, inbox.recv()).await {
            Ok(Some(next)) => queue.push_back(next),
            Ok(None) | Err(_) => return,
        }
        take_arrived(inbox, queue);
    }
}

fn refuse(batch: Vec<Waiting>, error: &AppendError) {
    for waiting in batch {
        let _ = waiting.answer.send(Err(error.clone()));
    }
}
