//! The rules of many organizations in memory, told of what happens. No I/O; whoever owns it takes what
//! changed ([`Changes`]) and stores it.

mod bound;
mod changes;
mod describe;
mod organization;
mod readings;
mod sensor;
#[cfg(test)]
mod tests;
mod time;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use flowgrid_domain::rules::evaluate::{Seen, Watch};
use flowgrid_projections::forecasts::{Expected, Kept};
use uuid::Uuid;

pub(super) use changes::{Changes, Newest, State, StateKey};
pub(super) use organization::{Building, Organization, Rule};
pub(super) use sensor::Sensor;

/// What was stored of a source, until its rule is there.
pub(super) type Stored = HashMap<StateKey, Watch>;

/// All organizations of one telemetry log.
#[derive(Default)]
pub(super) struct Engine {
    organizations: HashMap<Uuid, Organization>,
    /// When which bound is to be told the time, at the latest; those that are past may be stale.
    timers: BTreeSet<(DateTime<Utc>, Uuid, usize)>,
    changes: Changes,
    readings: readings::Buffer,
    /// What sensors should report, by organization and id.
    forecasts: HashMap<Uuid, HashMap<Box<str>, Expected>>,
}

impl Engine {
    pub fn organization(&mut self, tenant: Uuid) -> Option<&mut Organization> {
        self.organizations.get_mut(&tenant)
    }

    /// Puts an organization in the place of what was known of it: where sources stand stays, and what is
    /// no longer looked at is cleared.
    pub fn put(
        &mut self,
        mut new: Organization,
        stored: &mut Stored,
        newest: &HashMap<(Uuid, Box<str>), Seen>,
        now: DateTime<Utc>,
    ) {
        let tenant = new.tenant.id();
        if let Some(old) = self.organizations.remove(&tenant) {
            old.hand_over(&mut new, stored);
        }
        new.hear(newest);
        new.bind_all(stored);
        let rules: Vec<Box<str>> = new.rules().map(|rule| rule.id.clone()).collect();
        self.organizations.insert(tenant, new);
        let left: Vec<StateKey> = stored
            .keys()
            .filter(|key| key.tenant == tenant)
            .cloned()
            .collect();
        for key in left {
            if let Some(watch) = stored.remove(&key) {
                self.leave(key, watch, now);
            }
        }
        for rule in rules {
            self.arm_all(tenant, &rule);
        }
    }

    /// A rule that is new, another, or gone (`None`).
    pub fn rule(&mut self, tenant: Uuid, id: &str, rule: Option<Rule>, now: DateTime<Utc>) {
        let Some(organization) = self.organizations.get_mut(&tenant) else {
            return;
        };
        let before = organization.unbind(id);
        let mut stored: Stored = before.into_iter().collect();
        let manual = organization.replace(id, rule);
        organization.bind(id, &mut stored);
        for (key, watch) in stored {
            if manual {
                self.leave_open(key, now);
            } else {
                self.leave(key, watch, now);
            }
        }
        self.arm_all(tenant, id);
    }

    /// Binds again the rules that may look at a sensor which is new, of another kind, or gone.
    pub fn sensor(&mut self, tenant: Uuid, id: &str, now: DateTime<Utc>) {
        let Some(organization) = self.organizations.get_mut(&tenant) else {
            return;
        };
        let Some(building) = organization
            .sensor(id)
            .map(|sensor| sensor.building.clone())
        else {
            return;
        };
        let concerned = |rule: &&Rule| {
            let target = &rule.definition.target;
            let of_building = target.building_id.as_deref() == Some(&*building);
            target
                .sensor_id
                .as_deref()
                .map_or(of_building, |named| named == id)
        };
        let rules = organization.rules().filter(concerned);
        let ids: Vec<Box<str>> = rules.map(|rule| rule.id.clone()).collect();
        for id in ids {
            self.rebind(tenant, &id, now);
        }
    }

    /// Binds again the rules of a building whose clock is another.
    pub fn rules_of_building(&mut self, tenant: Uuid, building: &str, now: DateTime<Utc>) {
        let Some(organization) = self.organizations.get(&tenant) else {
            return;
        };
        let its = |rule: &&Rule| rule.definition.target.building_id.as_deref() == Some(building);
        let rules = organization.rules().filter(its).map(Rule::again);
        for rule in rules.collect::<Vec<_>>() {
            let id = rule.id.clone();
            self.rule(tenant, &id, Some(rule), now);
        }
    }

    fn rebind(&mut self, tenant: Uuid, id: &str, now: DateTime<Utc>) {
        let Some(organization) = self.organizations.get_mut(&tenant) else {
            return;
        };
        if !organization.is_bound_otherwise(id) {
            return;
        }
        let mut stored: Stored = organization.unbind(id).into_iter().collect();
        organization.bind(id, &mut stored);
        for (key, watch) in stored {
            self.leave(key, watch, now);
        }
        self.arm_all(tenant, id);
    }

    /// A forecast of a sensor that a rule compares with it.
    pub fn foretell(&mut self, tenant: Uuid, sensor: &str, kept: &Kept) {
        let sensors = self.forecasts.entry(tenant).or_default();
        sensors.entry(sensor.into()).or_default().learn(kept);
    }

    /// What happened since it was last asked.
    pub fn changes(&mut self) -> &mut Changes {
        &mut self.changes
    }
}
