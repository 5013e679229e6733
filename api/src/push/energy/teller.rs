//! The task that tells what buildings use.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use flowgrid_bus::{Position, Tenant};
use flowgrid_projections::ReadModels;
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

use super::Watched;
use crate::Clock;
use crate::energy::live::{self, EnergyUpdate, MODELS};
use crate::error::ApiError;
use crate::push::channel::Channel;
use crate::push::feed::Feed;
use crate::push::outgoing;
use crate::push::subscription::Subscription;

/// How often it is told what is new.
const EVERY: Duration = Duration::from_secs(1);
/// Of the time that telling takes, so much is left to others before the next round.
const SHARE: u32 = 4;
/// A building that is watched by itself is told of at least so often.
const QUIET: Duration = Duration::from_secs(30);
/// How long the read model may take to get to the newest readings before it is tried again.
const PATIENCE: Duration = Duration::from_secs(5);
const NAME: &str = "energy:update";

type Place = (Uuid, Box<str>);
type Plan = BTreeMap<Place, To>;

/// Tells subscribers of one log's feed what buildings use.
pub struct Teller {
    pub feed: Arc<Feed>,
    pub read: ReadModels,
    pub clock: Clock,
    /// When a building was last told of.
    told: HashMap<Place, Instant>,
}

/// To whom a building is told of.
#[derive(Default)]
struct To {
    newcomers: Vec<Arc<Subscription>>,
    everybody: bool,
    /// Nothing was heard of it.
    quiet: bool,
}

impl Teller {
    pub fn new(feed: Arc<Feed>, read: ReadModels, clock: Clock) -> Self {
        Self {
            feed,
            read,
            clock,
            told: HashMap::new(),
        }
    }

    /// Runs until `shutdown` turns true.
    pub async fn run(mut self, mut shutdown: watch::Receiver<bool>) {
        let mut pause = EVERY;
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
            let Some((edge, watched)) = self.feed.take_watched() else {
                continue;
            };
            let started = Instant::now();
            let told = self.tell(self.feed.token(edge), watched).await;
            pause = EVERY.max(started.elapsed() * SHARE);
            if let Err(error) = told {
                tracing::debug!(log = %self.feed.log(), error = ?error, "energy is told later");
            }
        }
    }

    /// What can't be told now is told later; what never can be holds up nobody.
    async fn tell(&mut self, position: Position, watched: Watched) -> Result<(), ApiError> {
        let due = self.quiet_ones();
        if watched.changed.is_empty() && watched.newcomers.is_empty() && due.is_empty() {
            return Ok(());
        }
        let mut plan = match self.ready(position, &watched, due).await {
            Ok(plan) => plan,
            Err(error) => {
                self.feed.put_back(watched);
                return Err(error);
            }
        };
        while let Some((place, to)) = plan.pop_first() {
            match self.tell_of(position, &place, &to).await {
                Ok(()) => {}
                Err(error @ ApiError::Unavailable { .. }) => {
                    plan.insert(place, to);
                    self.feed.put_back(left(plan));
                    return Err(error);
                }
                Err(error) => {
                    let building = &*place.1;
                    tracing::warn!(building, error = ?error, "what a building uses can't be told");
                }
            }
        }
        Ok(())
    }

    async fn ready(
        &self,
        position: Position,
        watched: &Watched,
        due: Vec<Place>,
    ) -> Result<Plan, ApiError> {
        self.read.wait_for(&MODELS, position, PATIENCE).await?;
        self.plan(watched, due).await
    }

    /// Those that are watched by themselves and weren't told of for long. Forgets those that nobody watches.
    fn quiet_ones(&mut self) -> Vec<Place> {
        let watched = self.feed.watched_ones();
        let mut told = HashMap::with_capacity(watched.len());
        let mut due = Vec::new();
        for place in watched {
            let last = self.told.get(&place).copied();
            let last = *told
                .entry(place.clone())
                .or_insert(last.unwrap_or_else(Instant::now));
            if last.elapsed() >= QUIET {
                due.push(place);
            }
        }
        self.told = told;
        due
    }

    async fn plan(&self, watched: &Watched, due: Vec<Place>) -> Result<Plan, ApiError> {
        let mut plan = Plan::new();
        for place in due {
            let to = plan.entry(place).or_default();
            (to.everybody, to.quiet) = (true, true);
        }
        for place in &watched.changed {
            let to = plan.entry(place.clone()).or_default();
            (to.everybody, to.quiet) = (true, false);
        }
        let mut metered: HashMap<Uuid, Vec<String>> = HashMap::new();
        for newcomer in &watched.newcomers {
            let tenant = newcomer.tenant.id();
            let places = if let Channel::EnergyOf(building) = &newcomer.channel {
                vec![building.to_string()]
            } else if let Some(known) = metered.get(&tenant) {
                known.clone()
            } else {
                let found = self.metered(&newcomer.tenant).await?;
                metered.entry(tenant).or_insert(found).clone()
            };
            for building in places {
                let to = plan.entry((tenant, building.into())).or_default();
                to.newcomers.push(Arc::clone(newcomer));
            }
        }
        Ok(plan)
    }

    /// None where there are too many to tell of all at once: they are told of as readings come.
    async fn metered(&self, tenant: &Tenant) -> Result<Vec<String>, ApiError> {
        let mut tx = self.read.begin(tenant, &MODELS).await?;
        match live::metered(&mut tx).await {
            Err(ApiError::BadInput(_)) => Ok(Vec::new()),
            other => other,
        }
    }

    async fn tell_of(
        &mut self,
        position: Position,
        place: &Place,
        to: &To,
    ) -> Result<(), ApiError> {
        let (tenant, building) = place;
        let mut subscribers = to.newcomers.clone();
        if to.everybody {
            subscribers.extend(self.feed.watchers(*tenant, building));
            subscribers.sort_unstable_by_key(|one| one.number);
            subscribers.dedup_by_key(|one| one.number);
            self.told.insert(place.clone(), Instant::now());
        }
        subscribers.retain(|one| !one.is_gone());
        let Some(first) = subscribers.first() else {
            return Ok(());
        };
        let mut tx = self.read.begin(&first.tenant, &MODELS).await?;
        let update = match live::update(&mut tx, building, self.clock.now()).await {
            // It isn't there any more.
            Err(ApiError::NotFound) => return Ok(()),
            other => other?,
        };
        drop(tx);
        let stale = to.quiet || update.stale;
        offer(&subscribers, position, &EnergyUpdate { stale, ..update });
        Ok(())
    }
}

/// Of what is left of a plan, what can't wait for the next readings.
fn left(plan: Plan) -> Watched {
    let mut left = Watched::default();
    for (place, to) in plan {
        if to.everybody && !to.quiet {
            left.changed.insert(place);
        }
        left.newcomers.extend(to.newcomers);
    }
    left.newcomers.sort_unstable_by_key(|one| one.number);
    left.newcomers.dedup_by_key(|one| one.number);
    left
}

/// Many say the same of themselves: their message is written once.
fn offer(subscribers: &[Arc<Subscription>], position: Position, update: &EnergyUpdate) {
    let of: Arc<str> = update.building_id.as_str().into();
    let Ok(data) = serde_json::to_string(update) else {
        return;
    };
    let mut written: Option<(&str, Utf8Bytes)> = None;
    for subscriber in subscribers {
        let text = match &written {
            Some((label, text)) if **label == *subscriber.label => text.clone(),
            Some(_) | None => outgoing::state(&subscriber.label, NAME, position, &data).into(),
        };
        subscriber.offer_latest(position.n, &of, text.clone());
        written = Some((&subscriber.label, text));
    }
}
