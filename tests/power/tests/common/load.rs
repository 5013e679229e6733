//! Appends that remember what was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flowgrid_bus::RecordedEvent;
use flowgrid_log::{AppendError, Appended, Appender};
use flowgrid_tests::building;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::until;

const WRITERS: usize = 12;

/// What one append was told: its events stand at the positions up to `last`.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub events: Vec<Uuid>,
    pub last: u64,
}

/// Writers that go on until dropped, whatever they are answered.
pub struct Load {
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    unknown: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn start(appender: &Appender) -> Self {
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let unknown = Arc::new(AtomicUsize::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let tasks = (0..WRITERS)
            .map(|writer| {
                let writer = Writer {
                    name: format!("{writer}-{}", Uuid::now_v7().simple()),
                    appender: appender.clone(),
                    acknowledged: Arc::clone(&acknowledged),
                    unknown: Arc::clone(&unknown),
                    stop: Arc::clone(&stop),
                };
                tokio::spawn(writer.write())
            })
            .collect();
        Self {
            acknowledged,
            unknown,
            stop,
            tasks,
        }
    }

    pub fn acknowledged(&self) -> Vec<Acknowledged> {
        let known = self.acknowledged.lock();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Appends whose outcome was not told.
    pub fn unknown(&self) -> usize {
        self.unknown.load(Ordering::Relaxed)
    }

    /// Until so many more were acknowledged than when it is called.
    pub async fn acknowledges(&self, more: usize) {
        let goal = self.acknowledged().len() + more;
        until("commands are acknowledged", || async {
            self.acknowledged().len() >= goal
        })
        .await;
    }

    /// Lets the writers finish what is on its way.
    pub async fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.tasks.drain(..) {
            task.await.unwrap();
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

struct Writer {
    name: String,
    appender: Appender,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    unknown: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
}

impl Writer {
    async fn write(self) {
        for n in 0_usize.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let append = building("acme", &format!("{}-{n}", self.name), 0, 1 + n % 3);
            let events = append.events.iter().map(|event| event.id).collect();
            match self.appender.append(append).await {
                Ok(Appended::Written { last, .. }) => {
                    let told = Acknowledged { events, last };
                    let known = self.acknowledged.lock();
                    known.unwrap_or_else(PoisonError::into_inner).push(told);
                }
                Ok(other) => panic!("an aggregate of its own met somebody: {other:?}"),
                Err(error) => {
                    if matches!(error, AppendError::Unknown(_)) {
                        self.unknown.fetch_add(1, Ordering::Relaxed);
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

/// The acknowledged appends that a log, read from its beginning, doesn't hold where they were told to be.
pub fn lost(acknowledged: &[Acknowledged], log: &[RecordedEvent]) -> usize {
    let there = |told: &&Acknowledged| {
        let first = usize::try_from(told.last).unwrap() - told.events.len();
        told.events.iter().enumerate().all(|(n, id)| {
            log.get(first + n)
                .is_some_and(|event| event.event_id == *id)
        })
    };
    acknowledged.len() - acknowledged.iter().filter(there).count()
}
