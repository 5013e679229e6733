//! One log's live events on their way to subscribers.

use std::collections::HashMap;
use std::sync::Arc;

use flowgrid_bus::{Audience, LogId, Position, RecordedEvent, audience};
use flowgrid_log::LogInfo;
use parking_lot::Mutex;
use uuid::Uuid;

use super::energy::Watched;
use super::facets::Facets;
use super::frame::Frame;
use super::index::Index;
use super::metrics::PushMetrics;
use super::outgoing;
use super::recent::Recent;
use super::subscription::Subscription;
use super::writer::Writer;

/// How many events may be handed over while the feed is locked.
const HANDED_OVER: usize = 256;

/// The subscriptions of one log, and the edge up to which they were served.
#[derive(Debug)]
pub struct Feed {
    info: LogInfo,
    metrics: Arc<PushMetrics>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Every event up to here was handed out; `None` before the log could be read.
    edge: Option<u64>,
    recent: Recent,
    tenants: HashMap<Uuid, Index>,
    watched: Watched,
}

/// What became of a wish to join the live subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// Live from this edge on; whatever lay before was handed over.
    Live(u64),
    /// Events up to this edge are still lacking: read them first.
    Behind(u64),
    /// The log could not be read yet, or the subscription has ended.
    No,
}

/// What the client hears of its subscription before its first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It was told already.
    Said,
    /// It did not ask to resume.
    Fresh,
    /// It did, and this became of it.
    Recovered(bool),
}

impl Feed {
    pub fn new(info: LogInfo, metrics: Arc<PushMetrics>) -> Self {
        Self {
            info,
            metrics,
            state: Mutex::default(),
        }
    }

    pub fn log(&self) -> LogId {
        self.info.id
    }

    pub fn token(&self, n: u64) -> Position {
        Position {
            log: self.info.id,
            epoch: self.info.epoch,
            n,
        }
    }

    /// Up to where events were handed out; `None` before the log could be read.
    pub fn edge(&self) -> Option<u64> {
        self.state.lock().edge
    }

    /// The dispatcher begins after `position`.
    pub fn start(&self, position: u64) {
        self.state.lock().edge = Some(position);
    }

    /// Hands one event, the next of the log, to whoever follows it. Returns how many did.
    pub fn dispatch(&self, event: &Arc<RecordedEvent>) -> usize {
        let mut state = self.state.lock();
        let State {
            tenants, watched, ..
        } = &mut *state;
        let served = match tenants.get(&event.tenant_id) {
            Some(index) => {
                watched.hear(index, event);
                self.serve(index, event)
            }
            None => 0,
        };
        state.edge = Some(event.position);
        state.recent.push(event.clone());
        served
    }

    /// Joins from the edge on, whatever lay before.
    pub fn join(&self, subscription: &Arc<Subscription>, answer: Answer) -> Joined {
        let mut state = self.state.lock();
        let Some(edge) = state.edge else {
            return Joined::No;
        };
        self.answer(subscription, edge, answer);
        self.enter(&mut state, subscription, edge)
    }

    /// Joins if nothing lies between `position` and the edge but what can be handed over here.
    pub fn join_after(
        &self,
        subscription: &Arc<Subscription>,
        position: u64,
        answer: Answer,
    ) -> Joined {
        let mut state = self.state.lock();
        let Some(edge) = state.edge else {
            return Joined::No;
        };
        let lacking = if position < edge {
            let Some(lacking) = self.lacking(&state.recent, subscription, position, edge) else {
                return Joined::Behind(edge);
            };
            lacking
        } else {
            Vec::new()
        };
        self.answer(subscription, edge, answer);
        for event in lacking {
            // What a connection doesn't take any more is noted with its subscription.
            self.serve_one(subscription, event);
        }
        self.enter(&mut state, subscription, edge)
    }

    /// The last few events that it wants; `None` unless all of them are still here and its
    /// connection has room for them.
    fn lacking<'a>(
        &self,
        recent: &'a Recent,
        subscription: &Subscription,
        position: u64,
        edge: u64,
    ) -> Option<Vec<&'a Arc<RecordedEvent>>> {
        let wanted: Vec<_> = recent
            .after(position, edge, HANDED_OVER)?
            .filter(|event| self.wants(subscription, event))
            .collect();
        let bytes = wanted.iter().map(|event| event.size()).sum();
        let outbox = &subscription.peer.outbox;
        let fits = wanted.is_empty() || outbox.has_room(wanted.len(), bytes);
        fits.then_some(wanted)
    }

    /// Says that the subscription stands and how far the log is.
    pub fn answer(&self, subscription: &Subscription, edge: u64, answer: Answer) {
        let recovered = match answer {
            Answer::Said => return,
            Answer::Fresh => None,
            Answer::Recovered(recovered) => Some(recovered),
        };
        let position = self.token(edge.max(subscription.after));
        let text = outgoing::subscribed(&subscription.label, position, recovered);
        let outbox = &subscription.peer.outbox;
        outbox.push(Frame::answer(text), subscription.lane());
    }

    fn enter(&self, state: &mut State, subscription: &Arc<Subscription>, edge: u64) -> Joined {
        if subscription.is_gone() {
            return Joined::No;
        }
        subscription.is_live_now();
        let index = state.tenants.entry(subscription.tenant.id()).or_default();
        index.insert(subscription.clone());
        state.watched.greet(subscription);
        self.metrics.subscriptions.inc();
        Joined::Live(edge)
    }

    /// Ends a subscription, live or on its way to be.
    pub fn leave(&self, subscription: &Subscription) {
        subscription.leave();
        let mut state = self.state.lock();
        let tenant = subscription.tenant.id();
        let Some(index) = state.tenants.get_mut(&tenant) else {
            return;
        };
        if index.remove(subscription) {
            self.metrics.subscriptions.dec();
        }
        if index.is_empty() {
            state.tenants.remove(&tenant);
        }
    }

    /// Of which buildings something new is to be told, to whom, and up to where; forgets it.
    pub fn take_watched(&self) -> Option<(u64, Watched)> {
        let mut state = self.state.lock();
        Some((state.edge?, std::mem::take(&mut state.watched)))
    }

    /// What was taken is still to be told.
    pub fn put_back(&self, watched: Watched) {
        self.state.lock().watched.merge(watched);
    }

    /// Whoever watches what a building uses.
    pub fn watchers(&self, tenant: Uuid, building: &str) -> Vec<Arc<Subscription>> {
        let state = self.state.lock();
        let index = state.tenants.get(&tenant);
        let watchers = index.map(|index| index.watchers(building).cloned().collect());
        watchers.unwrap_or_default()
    }

    /// The buildings that are watched one by one, each with its organization.
    pub fn watched_ones(&self) -> Vec<(Uuid, Box<str>)> {
        let state = self.state.lock();
        let of = |(tenant, index): (&Uuid, &Index)| -> Vec<(Uuid, Box<str>)> {
            index.watched().map(|id| (*tenant, id.into())).collect()
        };
        state.tenants.iter().flat_map(of).collect()
    }

    fn serve(&self, index: &Index, event: &RecordedEvent) -> usize {
        let audience = audience(&event.event_type);
        if audience == Audience::Nobody {
            return 0;
        }
        let mut writer = Writer::new(event, self.info.epoch);
        let (mut served, mut dropped) = (0, 0);
        index.for_each(&Facets::of(event), |subscription| {
            if subscription.after >= event.position || !subscription.may_carry(audience) {
                return;
            }
            if subscription.offer(event.position, writer.text(&subscription.label)) {
                served += 1;
            } else {
                dropped += 1;
            }
        });
        self.metrics.delivered.inc_by(served as u64);
        self.metrics.dropped.inc_by(dropped);
        served
    }

    /// Whether a past event belongs to a subscription and may be seen.
    pub fn wants(&self, subscription: &Subscription, event: &RecordedEvent) -> bool {
        event.tenant_id == subscription.tenant.id()
            && event.position > subscription.after
            && subscription.may_carry(audience(&event.event_type))
            && subscription.channel.carries(&Facets::of(event))
    }

    /// Sends a past event that it wants. False when the connection takes no more.
    pub fn serve_one(&self, subscription: &Subscription, event: &RecordedEvent) -> bool {
        let text = Writer::new(event, self.info.epoch).text(&subscription.label);
        self.metrics.delivered.inc();
        subscription.offer(event.position, text)
    }
}
