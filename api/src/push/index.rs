//! Who of an organization follows which channel.

use std::collections::HashMap;
use std::sync::Arc;

use flowgrid_bus::Pattern;

use super::channel::Channel;
use super::facets::Facets;
use super::subscription::Subscription;

/// Subscriptions of one channel in the order in which they came, which is that of their numbers.
type Subscribers = Vec<Arc<Subscription>>;

/// The live subscriptions of one organization on one log.
#[derive(Debug, Default)]
pub struct Index {
    buildings: Subscribers,
    alerts: Subscribers,
    critical: Subscribers,
    building: HashMap<Box<str>, Subscribers>,
    energy: Subscribers,
    energy_of: HashMap<Box<str>, Subscribers>,
    notified: HashMap<Box<str>, Subscribers>,
    subject: HashMap<Pattern, Subscribers>,
}

impl Index {
    pub fn insert(&mut self, subscription: Arc<Subscription>) {
        let subscribers = match &subscription.channel {
            Channel::Buildings => &mut self.buildings,
            Channel::Alerts => &mut self.alerts,
            Channel::CriticalAlerts => &mut self.critical,
            Channel::Building(id) => self.building.entry(id.clone()).or_default(),
            Channel::Energy => &mut self.energy,
            Channel::EnergyOf(id) => self.energy_of.entry(id.clone()).or_default(),
            Channel::Notifications(person) => self.notified.entry(person.clone()).or_default(),
            Channel::Subject(pattern) => self.subject.entry(pattern.clone()).or_default(),
        };
        // Registrations race, so a lower number may come later.
        let at = subscribers.partition_point(|other| other.number < subscription.number);
        subscribers.insert(at, subscription);
    }

    pub fn remove(&mut self, subscription: &Subscription) -> bool {
        let number = subscription.number;
        match &subscription.channel {
            Channel::Buildings => take(&mut self.buildings, number),
            Channel::Alerts => take(&mut self.alerts, number),
            Channel::CriticalAlerts => take(&mut self.critical, number),
            Channel::Building(id) => take_from(&mut self.building, id, number),
            Channel::Energy => take(&mut self.energy, number),
            Channel::EnergyOf(id) => take_from(&mut self.energy_of, id, number),
            Channel::Notifications(person) => take_from(&mut self.notified, person, number),
            Channel::Subject(pattern) => take_from(&mut self.subject, pattern, number),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.buildings.is_empty()
            && self.alerts.is_empty()
            && self.critical.is_empty()
            && self.building.is_empty()
            && self.energy.is_empty()
            && self.energy_of.is_empty()
            && self.notified.is_empty()
            && self.subject.is_empty()
    }

    /// Whether anybody watches what a building uses.
    pub fn watches(&self, building: &str) -> bool {
        !self.energy.is_empty() || self.energy_of.contains_key(building)
    }

    /// Whoever watches what a building uses.
    pub fn watchers(&self, building: &str) -> impl Iterator<Item = &Arc<Subscription>> {
        let of_one = self.energy_of.get(building).into_iter().flatten();
        of_one.chain(&self.energy)
    }

    /// The buildings that are watched one by one.
    pub fn watched(&self) -> impl Iterator<Item = &str> {
        self.energy_of.keys().map(AsRef::as_ref)
    }

    /// Hands every subscription that the event belongs to, to `each`, the urgent ones first.
    pub fn for_each(&self, event: &Facets<'_>, mut each: impl FnMut(&Arc<Subscription>)) {
        if event.is_alert() {
            if !self.critical.is_empty() && event.is_critical() {
                self.critical.iter().for_each(&mut each);
            }
            self.alerts.iter().for_each(&mut each);
        }
        if event.aggregate_type == "building" {
            self.buildings.iter().for_each(&mut each);
        }
        if !self.building.is_empty() {
            let of_building = event.building().and_then(|id| self.building.get(id));
            of_building.into_iter().flatten().for_each(&mut each);
        }
        if !self.notified.is_empty() {
            let of_person = event.notified().and_then(|id| self.notified.get(id));
            of_person.into_iter().flatten().for_each(&mut each);
        }
        for (pattern, subscribers) in &self.subject {
            if pattern.matches(event.aggregate_type, event.local_id, event.event_name) {
                subscribers.iter().for_each(&mut each);
            }
        }
    }
}

fn take(subscribers: &mut Subscribers, number: u64) -> bool {
    let found = subscribers.binary_search_by_key(&number, |one| one.number);
    let Ok(at) = found else { return false };
    subscribers.remove(at);
    if subscribers.len() * 4 < subscribers.capacity() {
        subscribers.shrink_to(subscribers.len() * 2);
    }
    true
}

fn take_from<K, Q>(map: &mut HashMap<K, Subscribers>, key: &Q, number: u64) -> bool
where
    K: std::borrow::Borrow<Q> + std::hash::Hash + Eq,
    Q: std::hash::Hash + Eq + ?Sized,
{
    let Some(subscribers) = map.get_mut(key) else {
        return false;
    };
    let taken = take(subscribers, number);
    if subscribers.is_empty() {
        map.remove(key);
    }
    taken
}
