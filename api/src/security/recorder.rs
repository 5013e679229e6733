//! Writes what was seen into the log, beside the requests that it was seen in.
//!
//! [`Recorder::saw`] neither waits nor fails. What comes again and again is counted first
//! ([`super::crowd`]); what is to be recorded waits in a bounded queue. When that is full, or too many
//! callers are counted at once, it is lost, and the log of the process says how much was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::crowd::{Crowd, Verdict};
use super::sighting::Sighting;
use super::writer::Writer;
use crate::limits::network_of;

/// How many sightings may wait.
const WAITING: usize = 4_096;
/// How many are written at once.
const MOST_AT_ONCE: usize = 128;
/// How long those that follow one closely wait for each other.
const GATHER: Duration = Duration::from_millis(200);
/// How often it is looked for what is over.
const EVERY: Duration = Duration::from_secs(5);

/// Takes sightings. Cheap to clone; the task behind it ends with its last clone, once all is written.
#[derive(Clone)]
pub struct Recorder(Arc<Shared>);

struct Shared {
    crowd: Mutex<Crowd>,
    queue: mpsc::Sender<(Sighting, u32)>,
    lost: AtomicU64,
}

impl Recorder {
    /// Begins to write.
    pub fn start(writer: Writer) -> Self {
        let (queue, waiting) = mpsc::channel(WAITING);
        let recorder = Arc::new(Shared {
            crowd: Mutex::default(),
            queue,
            lost: AtomicU64::new(0),
        });
        tokio::spawn(write(writer, waiting));
        tokio::spawn(look(Arc::downgrade(&recorder)));
        Self(recorder)
    }

    /// Has it recorded, sooner or later.
    pub fn saw(&self, sighting: Sighting) {
        let key = (sighting.kind, caller(&sighting));
        let verdict = self.0.crowd.lock().count(key, &sighting, Instant::now());
        match verdict {
            Verdict::Record(count) => self.0.hand_on(sighting, count),
            Verdict::Wait => {}
            Verdict::Full => self.0.lose(),
        }
    }
}

impl Shared {
    fn hand_on(&self, sighting: Sighting, count: u32) {
        match self.queue.try_send((sighting, count)) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => self.lose(),
        }
    }

    fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }
}

/// Who did it to whom.
fn caller(sighting: &Sighting) -> [u8; 32] {
    let mut hash = Sha256::new();
    let tenant = sighting.tenant.as_ref().map(flowgrid_bus::Tenant::id);
    hash.update(sighting.person.unwrap_or_default());
    hash.update(tenant.unwrap_or_default());
    hash.update(sighting.account.as_deref().unwrap_or_default());
    // Whoever may choose from many addresses is one.
    let customer = sighting.from.address.map(network_of);
    hash.update(customer.unwrap_or_default().to_be_bytes());
    hash.finalize().into()
}

/// One that comes alone is written at once; what comes within [`GATHER`] of it, together: the log takes
/// those in one flush, and whoever follows it in one step.
async fn write(writer: Writer, mut waiting: mpsc::Receiver<(Sighting, u32)>) {
    let mut round = Vec::with_capacity(MOST_AT_ONCE);
    loop {
        if waiting.recv_many(&mut round, MOST_AT_ONCE).await == 0 {
            return;
        }
        let began = Instant::now();
        let mut records = Vec::with_capacity(round.len());
        for (sighting, count) in round.drain(..) {
            match writer.prepare(&sighting, count).await {
                Ok(prepared) => records.extend(prepared),
                Err(error) => {
                    let kind = sighting.kind.as_str();
                    tracing::warn!(kind, ?error, "a security event could not be recorded");
                }
            }
        }
        for error in writer.write(records).await {
            tracing::warn!(?error, "a security event could not be recorded");
        }
        tokio::time::sleep_until((began + GATHER).into()).await;
    }
}

/// Hands on what was counted, until nobody sees anything any more.
async fn look(recorder: std::sync::Weak<Shared>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let Some(recorder) = recorder.upgrade() else {
            return;
        };
        let over = recorder.crowd.lock().over(Instant::now());
        for (sighting, count) in over {
            recorder.hand_on(sighting, count);
        }
        let lost = recorder.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(lost, "security events were lost: too many at once");
        }
    }
}
