//! Applies events to the tables of secrets, so that an old backup can't bring back what was ended.
//!
//! Whoever ends a session or revokes a key changes the tables at once; this does it again from the
//! log, as often as need be. It only ever takes away, and only what is older than the event.

mod apply;
mod checkpoint;

use std::sync::Arc;
use std::time::Duration;

use flowgrid_bus::RecordedEvent;
use flowgrid_log::{Follower, LogInfo, LogStore, Tail};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use self::apply::erase;
use self::checkpoint::Checkpoint;
use crate::scope::{Scope, Whose};
use crate::{Vault, VaultError};

/// The most events of one transaction.
const MOST_EVENTS: usize = 500;
/// How many events that are none of our business may lie between the checkpoint and us.
const LAZY_EVENTS: u64 = 10_000;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A follower of one identity log. Any number may run: each locks the checkpoint while it applies.
pub struct Follow {
    position: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

struct Task {
    vault: Vault,
    store: LogStore,
    tail: Arc<Tail>,
    position: watch::Sender<u64>,
}

impl Follow {
    /// Follows a log until `shutdown` turns true. What can't be applied is tried again, loudly, and
    /// never skipped.
    pub fn start(
        vault: Vault,
        store: LogStore,
        tail: Arc<Tail>,
        shutdown: watch::Receiver<bool>,
    ) -> Self {
        let position = watch::Sender::new(0);
        let receiver = position.subscribe();
        let task = Task {
            vault,
            store,
            tail,
            position,
        };
        Self {
            position: receiver,
            task: tokio::spawn(task.run(shutdown)),
        }
    }

    /// The last position that is applied.
    pub fn position(&self) -> u64 {
        *self.position.borrow()
    }

    /// Until a position is applied. Cancel-safe.
    pub async fn reached(&self, position: u64) {
        // Where the task has ended, nobody waits for more.
        let mut here = self.position.clone();
        let _ = here.wait_for(|here| *here >= position).await;
    }

    /// Until it has stopped, after `shutdown`.
    pub async fn stopped(self) {
        let _ = self.task.await;
    }
}

impl Task {
    async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let mut pause = FIRST_PAUSE;
        loop {
            let before = *self.position.borrow();
            match self.follow(&mut shutdown).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(log = %self.tail.log(), %error, "the vault can't follow its log");
                }
            }
            if *self.position.borrow() > before {
                pause = FIRST_PAUSE;
            }
            tokio::select! {
                _ = shutdown.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Until `shutdown` turns true.
    async fn follow(&self, shutdown: &mut watch::Receiver<bool>) -> Result<(), VaultError> {
        let log = self.tail.info();
        let mut stored = self.begin_at(log).await?;
        let mut follower = Follower::new(self.store.clone(), Arc::clone(&self.tail), stored);
        self.position.send_replace(stored);
        loop {
            let events = tokio::select! {
                biased;
                _ = shutdown.wait_for(|stop| *stop) => return Ok(()),
                events = follower.next(MOST_EVENTS) => events.map_err(unreadable)?,
            };
            let last = follower.position();
            let ours = events.iter().any(|event| apply::concerns_us(event));
            if ours || last - stored >= LAZY_EVENTS {
                self.apply(log, &events).await?;
                stored = last;
            }
            self.position.send_replace(last);
        }
    }

    /// The checkpoint, or where the log begins if that is later.
    async fn begin_at(&self, log: LogInfo) -> Result<u64, VaultError> {
        let stored = checkpoint::open(&self.vault, log).await?;
        let archived = self
            .store
            .archived_until(log.id)
            .await
            .map_err(unreadable)?;
        Ok(stored.max(archived))
    }

    /// One transaction: what the events take away, and the checkpoint behind them.
    async fn apply(&self, log: LogInfo, events: &[Arc<RecordedEvent>]) -> Result<(), VaultError> {
        let nobodys = Scope {
            person: Whose::Nobodys,
            tenant: Whose::Nobodys,
        };
        let mut tx = self.vault.begin(nobodys).await?;
        let Checkpoint { position } = checkpoint::lock(&mut tx, log).await?;
        let kept = self.vault.shared.revocations_kept;
        for event in events {
            if event.position > position {
                apply::apply(&mut tx, event, kept).await?;
            }
        }
        let last = events.last().map_or(0, |event| event.position);
        checkpoint::advance(&mut tx, log, last).await?;
        tx.commit().await
    }
}

fn unreadable(error: flowgrid_log::LogError) -> VaultError {
    VaultError::Unavailable(error.to_string())
}
