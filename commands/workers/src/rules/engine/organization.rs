//! The rules, sensors and buildings of one organization, and who looks at whom.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use flowgrid_bus::Tenant;
use flowgrid_domain::rules::evaluate::{Judge, Seen, Watch};
use flowgrid_domain::rules::{Definition, Expression};
use uuid::Uuid;

use super::Stored;
use super::bound::{Bound, Source};
use super::changes::StateKey;
use super::sensor::Sensor;

pub(in super::super) struct Organization {
    pub tenant: Tenant,
    pub buildings: HashMap<Box<str>, Building>,
    pub(super) sensors: Vec<Sensor>,
    by_id: HashMap<Box<str>, usize>,
    rules: HashMap<Box<str>, Rule>,
    /// With free places where `None`.
    pub(super) bounds: Vec<Option<Bound>>,
    free: Vec<usize>,
}

#[derive(Clone, Copy)]
pub(in super::super) struct Building {
    pub zone: Tz,
    pub revision: u64,
}

pub(in super::super) struct Rule {
    pub id: Box<str>,
    pub definition: Definition,
    pub revision: u64,
    pub created_at: DateTime<Utc>,
    /// Where it looks.
    pub(super) bounds: Vec<usize>,
}

impl Rule {
    pub fn new(id: &str, definition: Definition, revision: u64, created_at: DateTime<Utc>) -> Self {
        Self {
            id: id.into(),
            definition,
            revision,
            created_at,
            bounds: Vec::new(),
        }
    }

    /// The same rule, looking nowhere yet.
    pub(super) fn again(&self) -> Self {
        Self::new(
            &self.id,
            self.definition.clone(),
            self.revision,
            self.created_at,
        )
    }
}

impl Organization {
    pub fn new(tenant: Tenant) -> Self {
        Self {
            tenant,
            buildings: HashMap::new(),
            sensors: Vec::new(),
            by_id: HashMap::new(),
            rules: HashMap::new(),
            bounds: Vec::new(),
            free: Vec::new(),
        }
    }

    pub fn add_sensor(&mut self, sensor: Sensor) {
        self.by_id.insert(sensor.id.clone(), self.sensors.len());
        self.sensors.push(sensor);
    }

    pub fn add_rule(&mut self, rule: Rule) {
        self.rules.insert(rule.id.clone(), rule);
    }

    pub fn sensor(&mut self, id: &str) -> Option<&mut Sensor> {
        let at = *self.by_id.get(id)?;
        self.sensors.get_mut(at)
    }

    pub(super) fn place_of(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// Whether its readings are anybody's business.
    pub(super) fn looks_at_anything(&self) -> bool {
        self.bounds.len() > self.free.len()
    }

    /// Gives what is known of sources to what takes its place.
    pub(super) fn hand_over(mut self, new: &mut Self, stored: &mut Stored) {
        let ids: Vec<Box<str>> = self.rules.keys().cloned().collect();
        for id in ids {
            stored.extend(self.unbind(&id));
        }
        for old in self.sensors {
            if let Some(sensor) = new.sensor(&old.id) {
                sensor.newest = old.newest;
                sensor.touched = old.touched;
            }
        }
    }

    pub(super) fn hear(&mut self, newest: &HashMap<(Uuid, Box<str>), Seen>) {
        let tenant = self.tenant.id();
        for sensor in &mut self.sensors {
            let stored = newest.get(&(tenant, sensor.id.clone()));
            sensor.newest = sensor.newest.or(stored.copied());
        }
    }

    pub(super) fn bind_all(&mut self, stored: &mut Stored) {
        let ids: Vec<Box<str>> = self.rules.keys().cloned().collect();
        for id in ids {
            self.bind(&id, stored);
        }
    }

    /// Puts another rule, or none, in a rule's place; answers whether what it raised stays until a
    /// person resolves it, so that nobody knows what is still open once it is gone.
    pub(super) fn replace(&mut self, id: &str, rule: Option<Rule>) -> bool {
        let ends = rule.as_ref().is_none_or(|rule| !rule.definition.enabled);
        let before = match rule {
            Some(rule) => self.rules.insert(id.into(), rule),
            None => self.rules.remove(id),
        };
        ends && before.is_some_and(|before| !before.definition.auto_resolve)
    }

    /// A rule no longer looks anywhere; answers where its sources stood.
    pub(super) fn unbind(&mut self, id: &str) -> Vec<(StateKey, Watch)> {
        let Some(rule) = self.rules.get_mut(id) else {
            return Vec::new();
        };
        let mut left = Vec::new();
        for at in std::mem::take(&mut rule.bounds) {
            let Some(bound) = self.bounds.get_mut(at).and_then(Option::take) else {
                continue;
            };
            self.free.push(at);
            let (source, sensors) = match &bound.source {
                Source::Sensor(place) => (self.sensors[*place].id.clone(), vec![*place]),
                Source::Building { id, sensors, .. } => (id.clone(), sensors.clone()),
            };
            for place in sensors {
                self.sensors[place].bounds.retain(|other| *other != at);
            }
            let key = StateKey {
                tenant: self.tenant.id(),
                rule: id.into(),
                source,
            };
            left.push((key, bound.watch));
        }
        left
    }

    /// A rule looks at its sources, each of which goes on from where it stood.
    pub(super) fn bind(&mut self, id: &str, stored: &mut Stored) {
        let Some(rule) = self.rules.get(id).filter(|rule| rule.definition.enabled) else {
            return;
        };
        let judge = match Judge::new(rule.definition.clone(), self.zone_of(&rule.definition)) {
            Ok(judge) => Arc::new(judge),
            Err(rejection) => {
                let organization = &self.tenant;
                tracing::warn!(%organization, rule = id, %rejection, "an alert rule can't be evaluated");
                return;
            }
        };
        let created = rule.created_at;
        for source in self.sources(&judge) {
            let (name, places, since) = match &source {
                Source::Sensor(place) => {
                    let sensor = &self.sensors[*place];
                    (
                        sensor.id.clone(),
                        vec![*place],
                        created.max(sensor.installed_at),
                    )
                }
                Source::Building { id, sensors, .. } => (id.clone(), sensors.clone(), created),
            };
            let key = StateKey {
                tenant: self.tenant.id(),
                rule: id.into(),
                source: name,
            };
            let bound = Bound {
                rule: id.into(),
                judge: Arc::clone(&judge),
                source,
                watch: stored.remove(&key).unwrap_or_default(),
                since,
                armed: None,
            };
            let at = self.keep(bound);
            for place in places {
                self.sensors[place].bounds.push(at);
            }
            if let Some(rule) = self.rules.get_mut(id) {
                rule.bounds.push(at);
            }
        }
    }

    fn keep(&mut self, bound: Bound) -> usize {
        if let Some(at) = self.free.pop() {
            self.bounds[at] = Some(bound);
            return at;
        }
        self.bounds.push(Some(bound));
        self.bounds.len() - 1
    }

    fn sources(&self, judge: &Judge) -> Vec<Source> {
        let target = &judge.definition().target;
        if let (Some(expression), Some(building)) = (judge.expression(), &target.building_id) {
            return vec![Source::Building {
                id: (**building).into(),
                sensors: self.named(expression, building),
                newest: None,
            }];
        }
        self.looked_at(judge.definition())
            .into_iter()
            .map(Source::Sensor)
            .collect()
    }

    fn looked_at(&self, definition: &Definition) -> Vec<usize> {
        let target = &definition.target;
        if let Some(id) = &target.sensor_id {
            let place = self.place_of(id);
            let place = place.filter(|place| self.sensors[*place].present);
            return place.into_iter().collect();
        }
        let fits = |sensor: &Sensor| {
            sensor.present
                && target.building_id.as_deref() == Some(&*sensor.building)
                && target.sensor_kind.as_deref() == Some(&*sensor.kind)
        };
        let places = self.sensors.iter().enumerate();
        places
            .filter(|(_, sensor)| fits(sensor))
            .map(|(place, _)| place)
            .collect()
    }

    fn named(&self, expression: &Expression, building: &str) -> Vec<usize> {
        let places = expression.sensors().filter_map(|id| self.place_of(id));
        let there = |place: &usize| {
            let sensor = &self.sensors[*place];
            sensor.present && *sensor.building == *building
        };
        places.filter(there).collect()
    }

    /// Whether a rule would look somewhere else than it does.
    pub(super) fn is_bound_otherwise(&self, id: &str) -> bool {
        let Some(rule) = self.rules.get(id).filter(|rule| rule.definition.enabled) else {
            return false;
        };
        let bound = |at: &usize| self.bounds.get(*at).and_then(Option::as_ref);
        let mut now: Vec<usize> = Vec::new();
        for one in rule.bounds.iter().filter_map(bound) {
            match &one.source {
                Source::Sensor(place) => now.push(*place),
                Source::Building { sensors, .. } => now.extend(sensors),
            }
        }
        let mut wanted = match rule.bounds.iter().filter_map(bound).next() {
            Some(Bound {
                source: Source::Building { id, .. },
                judge,
                ..
            }) => judge
                .expression()
                .map_or_else(Vec::new, |expression| self.named(expression, id)),
            Some(_) | None => self.looked_at(&rule.definition),
        };
        now.sort_unstable();
        wanted.sort_unstable();
        now != wanted
    }

    fn zone_of(&self, definition: &Definition) -> Tz {
        let building = definition.target.building_id.as_deref();
        let building = building.and_then(|id| self.buildings.get(id));
        building.map_or(Tz::UTC, |building| building.zone)
    }
}
