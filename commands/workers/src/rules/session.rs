//! A worker's turn at one telemetry log, from taking over to being overtaken.

mod deeds;
mod rules;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_domain::rules::evaluate::Seen;
use flowgrid_log::{Follower, LogInfo, LogKind, Tail};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use super::RulesError;
use super::act::Actor;
use super::engine::{Engine, Stored};
use super::store::{Batch, Checkpoint, Tables};
use super::worker::RuleWorkerOptions;

/// The most events taken in at once.
const MOST_EVENTS: usize = 1_000;
/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// How often the checkpoint moves at least, so that others know that somebody works.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How long readings that decided nothing may stay unstored, and how many events.
const LAZY: Duration = Duration::from_secs(5);
const LAZY_EVENTS: u64 = 50_000;
/// How often it is looked for new forecasts. Those that were committed late are found by looking back a bit.
const FORECASTS: Duration = Duration::from_secs(10);
const LOOK_BACK: TimeDelta = TimeDelta::minutes(5);
/// How long after its time something is due by the clock: what was written before is here by then.
const GRACE: TimeDelta = TimeDelta::seconds(1);

/// How a session ended without an error.
pub(super) enum Ended {
    Stopped,
    /// Another worker is at work.
    StandBy,
}

pub(super) struct Session<'o> {
    options: &'o RuleWorkerOptions,
    tail: Arc<Tail>,
    actor: Actor,
    stop: watch::Receiver<bool>,
    engine: Engine,
    /// One for each log of rules.
    followers: Vec<(LogInfo, Follower)>,
    /// What stored states wait for.
    stored: Stored,
    newest: HashMap<(Uuid, Box<str>), Seen>,
}

/// Where the work stands.
struct At {
    tables: Tables,
    checkpoint: Checkpoint,
    /// The last event that was evaluated.
    position: u64,
    moved: Instant,
    flushed: Instant,
    looked_for_deeds: Instant,
    looked_for_forecasts: Instant,
    /// Forecasts that were made before are known.
    foretold: DateTime<Utc>,
}

impl<'o> Session<'o> {
    pub fn new(
        options: &'o RuleWorkerOptions,
        tail: Arc<Tail>,
        actor: Actor,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            options,
            tail,
            actor,
            stop,
            engine: Engine::default(),
            followers: Vec::new(),
            stored: Stored::new(),
            newest: HashMap::new(),
        }
    }

    pub async fn run(mut self) -> Result<Ended, RulesError> {
        let log = self.tail.info();
        let mut tables = Tables::open(&self.options.database_url, log).await?;
        let Some(checkpoint) = tables.take_over().await? else {
            return Ok(Ended::StandBy);
        };
        let now = Instant::now();
        let mut at = At {
            tables,
            checkpoint,
            position: checkpoint.position,
            moved: now,
            flushed: now,
            looked_for_deeds: now - HEARTBEAT,
            looked_for_forecasts: now,
            foretold: DateTime::UNIX_EPOCH,
        };
        let ended = self.work(&mut at).await;
        if let Ok(Ended::Stopped) = &ended {
            at.tables.let_go(at.checkpoint).await?;
        }
        ended
    }

    async fn work(&mut self, at: &mut At) -> Result<Ended, RulesError> {
        self.begin(at).await?;
        let mut follower = self.follower(at).await?;
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = self.stop.clone();
        // What is left of the session before.
        if !self.settle(at, true).await? {
            return Ok(Ended::StandBy);
        }
        loop {
            let on = tokio::select! {
                biased;
                () = stopped(&mut stop) => {
                    let stored = self.commit(at, true).await?;
                    return Ok(if stored { Ended::Stopped } else { Ended::StandBy });
                }
                _ = looks.tick() => self.look(at, follower.position()).await?,
                events = follower.next(MOST_EVENTS) => self.take(at, &events?).await?,
            };
            if !on {
                return Ok(Ended::StandBy);
            }
        }
    }

    /// Loads what was stored, the organizations with rules, and what was heard since it was stored.
    async fn begin(&mut self, at: &mut At) -> Result<(), RulesError> {
        at.tables.forget_closed().await?;
        self.stored = at.tables.states().await?;
        self.newest = at.tables.newest().await?;
        self.load_all().await?;
        self.learn_forecasts(at).await?;
        let (log, until) = (self.tail.log(), at.checkpoint.position);
        let mut heard = at.checkpoint.heard;
        while heard < until {
            let most = usize::try_from(until - heard)
                .unwrap_or(MOST_EVENTS)
                .min(MOST_EVENTS);
            let events = self.options.store.read(log, heard, most).await?;
            let Some(last) = events.last() else { break };
            heard = last.position;
            for event in &events {
                self.hear(event, false)?;
            }
        }
        Ok(())
    }

    /// Reads on from the checkpoint, or where the log begins if that is later.
    async fn follower(&self, at: &mut At) -> Result<Follower, RulesError> {
        let store = self.options.store.clone();
        let archived = store.archived_until(self.tail.log()).await?;
        at.position = at.position.max(archived);
        Ok(Follower::new(store, Arc::clone(&self.tail), at.position))
    }

    /// Takes in events of telemetry, by the rules as they were when these were written, or later;
    /// false when another worker has taken over.
    async fn take(
        &mut self,
        at: &mut At,
        events: &[Arc<RecordedEvent>],
    ) -> Result<bool, RulesError> {
        if !self.catch_up().await? {
            return Ok(true);
        }
        for event in events {
            // What was due before it was written was due first.
            self.engine
                .tick(event.recorded_at - TimeDelta::microseconds(1));
            self.hear(event, true)?;
            at.position = event.position;
        }
        self.settle(at, false).await
    }

    /// Takes in forecasts that were made meanwhile.
    async fn learn_forecasts(&mut self, at: &mut At) -> Result<(), RulesError> {
        at.looked_for_forecasts = Instant::now();
        let since = at.foretold.checked_sub_signed(LOOK_BACK);
        let made = at.tables.forecasts(since.unwrap_or_default()).await?;
        for (tenant, sensor, kept) in &made {
            self.engine.foretell(*tenant, sensor, kept);
            at.foretold = at.foretold.max(kept.made_at);
        }
        Ok(())
    }

    fn hear(&mut self, event: &RecordedEvent, evaluate: bool) -> Result<(), RulesError> {
        let heard = self.engine.readings(event, evaluate);
        heard.map_err(|error| RulesError::Event(event.position, error))
    }

    /// Looks at the clock; false when another worker has taken over.
    async fn look(&mut self, at: &mut At, position: u64) -> Result<bool, RulesError> {
        if !self.catch_up().await? {
            return Ok(true);
        }
        if at.looked_for_forecasts.elapsed() >= FORECASTS {
            self.learn_forecasts(at).await?;
        }
        let now = self.now() - GRACE;
        if self.engine.due().is_some_and(|due| due <= now) {
            // Events that were written before it was due come first.
            let head = self.options.store.head(self.tail.log()).await?;
            if head == position {
                self.engine.tick(now);
            }
        }
        self.settle(at, false).await
    }

    /// Stores what was decided and does it; false when another worker has taken over.
    async fn settle(&mut self, at: &mut At, begin: bool) -> Result<bool, RulesError> {
        let urgent = self.engine.changes().is_urgent();
        let flush =
            at.flushed.elapsed() >= LAZY || at.position - at.checkpoint.heard >= LAZY_EVENTS;
        let quiet = at.moved.elapsed() >= HEARTBEAT;
        if (urgent || quiet || flush) && !self.commit(at, flush).await? {
            return Ok(false);
        }
        if urgent || begin || at.looked_for_deeds.elapsed() >= HEARTBEAT {
            at.looked_for_deeds = Instant::now();
            self.do_deeds(at).await?;
        }
        Ok(true)
    }

    async fn commit(&mut self, at: &mut At, flush: bool) -> Result<bool, RulesError> {
        let changes = self.engine.changes();
        let states: Vec<_> = changes.states.drain().collect();
        let tasks = std::mem::take(&mut changes.tasks);
        // Without what they changed, events may as well be evaluated again.
        let moves = flush || !states.is_empty() || !tasks.is_empty();
        let batch = Batch {
            states,
            newest: flush.then(|| self.engine.take_newest()),
            tasks,
        };
        let position = if moves {
            at.position
        } else {
            at.checkpoint.position
        };
        let now = self.now();
        let stored = at
            .tables
            .commit(&mut at.checkpoint, position, &batch, now)
            .await?;
        at.moved = Instant::now();
        if flush {
            at.flushed = at.moved;
        }
        Ok(stored)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.options.now)()
    }

    /// The logs that rules may be on.
    fn logs_of_rules(&self) -> Vec<LogInfo> {
        let domain = |log: &&LogInfo| log.kind == LogKind::Domain;
        self.options
            .store
            .logs()
            .iter()
            .filter(domain)
            .copied()
            .collect()
    }
}

/// Until it is to end.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
