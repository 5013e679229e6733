//! Time that passes, and what follows from decisions.

use chrono::{DateTime, Utc};
use flowgrid_domain::rules::evaluate::{Decision, Decisions, Watch};
use uuid::Uuid;

use super::super::deed::{Deed, Task};
use super::Engine;
use super::bound::Source;
use super::changes::{Newest, StateKey};
use super::describe::{alert_type, cleared, raised};

/// What stands in a resolution whose rule no longer looks at the source.
const LEFT: &str = "The alert rule no longer looks at this.";

impl Engine {
    /// When it must be told the time at the latest.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        self.timers.first().map(|(due, _, _)| *due)
    }

    /// Time has passed.
    pub fn tick(&mut self, now: DateTime<Utc>) {
        while let Some((due, tenant, at)) = self.timers.first().copied() {
            if due > now {
                return;
            }
            self.timers.pop_first();
            self.tick_one(tenant, at, now);
        }
    }

    fn tick_one(&mut self, tenant: Uuid, at: usize, now: DateTime<Utc>) {
        loop {
            let Some(organization) = self.organizations.get_mut(&tenant) else {
                return;
            };
            let sensors = &organization.sensors;
            let Some(Some(bound)) = organization.bounds.get_mut(at) else {
                return;
            };
            bound.armed = None;
            let newest = match &bound.source {
                Source::Sensor(place) => sensors[*place].newest,
                Source::Building { newest, .. } => *newest,
            };
            let last = newest.unwrap_or_else(|| bound.beginning());
            let before = bound.watch.phase;
            let decided = bound.judge.tick(&mut bound.watch, &last, now);
            if bound.watch.phase == before && decided.is_none() {
                break;
            }
            let value = newest
                .filter(|_| !bound.judge.counts_silence())
                .map(|seen| seen.value);
            let over = decided.is_none();
            self.changed(tenant, at, Decisions::from(decided), value);
            if over {
                break;
            }
        }
        self.arm(tenant, at);
    }

    /// Sees to it that a bound is told the time when it must be.
    pub(super) fn arm(&mut self, tenant: Uuid, at: usize) {
        let Some(organization) = self.organizations.get_mut(&tenant) else {
            return;
        };
        let sensors = &organization.sensors;
        let Some(Some(bound)) = organization.bounds.get_mut(at) else {
            return;
        };
        let newest = match &bound.source {
            Source::Sensor(place) => sensors[*place].newest,
            Source::Building { newest, .. } => *newest,
        };
        let last = newest.unwrap_or_else(|| bound.beginning());
        let Some(due) = bound.judge.due(&bound.watch, &last) else {
            return;
        };
        // An earlier timer finds out by itself that there is nothing to do yet.
        if bound.armed.is_none_or(|armed| due < armed) {
            bound.armed = Some(due);
            self.timers.insert((due, tenant, at));
        }
    }

    pub(super) fn arm_all(&mut self, tenant: Uuid, rule: &str) {
        let organization = self.organizations.get(&tenant);
        let rule = organization.and_then(|organization| organization.rule(rule));
        for at in rule.map(|rule| rule.bounds.clone()).unwrap_or_default() {
            self.arm(tenant, at);
        }
    }

    /// A bound's watch is another than before; `value` is the reading that made it so.
    pub(super) fn changed(
        &mut self,
        tenant: Uuid,
        at: usize,
        decided: Decisions,
        value: Option<f64>,
    ) {
        let Some(organization) = self.organizations.get(&tenant) else {
            return;
        };
        let Some(Some(bound)) = organization.bounds.get(at) else {
            return;
        };
        let (source, sensor) = match &bound.source {
            Source::Sensor(place) => {
                let sensor = &organization.sensors[*place];
                (sensor.id.clone(), Some(sensor))
            }
            Source::Building { id, .. } => (id.clone(), None),
        };
        let definition = bound.judge.definition();
        for decision in decided.iter() {
            let deed = match decision {
                Decision::Raise { .. } => {
                    Some(raised(definition, &source, sensor, decision, value))
                }
                Decision::Clear { since, at } if definition.auto_resolve => {
                    Some(cleared(definition, since, at))
                }
                Decision::Clear { .. } => None,
            };
            self.changes.tasks.extend(deed.map(|deed| Task {
                tenant: organization.tenant.clone(),
                rule: bound.rule.to_string(),
                source: source.to_string(),
                deed,
            }));
        }
        let key = StateKey {
            tenant,
            rule: bound.rule.clone(),
            source,
        };
        let last = bound.beginning();
        let state = (!bound.watch.is_fresh()).then(|| {
            let due = bound.judge.due(&bound.watch, &last);
            (bound.watch.clone(), due)
        });
        self.changes.states.insert(key, state);
        self.arm(tenant, at);
    }

    /// A source is no longer looked at.
    pub(super) fn leave(&mut self, key: StateKey, mut watch: Watch, now: DateTime<Utc>) {
        let organization = self.organizations.get(&key.tenant);
        let gone = organization.is_none_or(|one| one.rule(&key.rule).is_none());
        match watch.leave(now) {
            Some(Decision::Clear { since, at }) => self.left(key, Some(since), at),
            // What a person was to resolve may be open.
            Some(Decision::Raise { .. }) | None if gone => self.left(key, None, now),
            Some(Decision::Raise { .. }) | None => {
                self.changes.states.insert(key, None);
            }
        }
    }

    /// The same where nobody knows what is open.
    pub(super) fn leave_open(&mut self, key: StateKey, now: DateTime<Utc>) {
        self.left(key, None, now);
    }

    fn left(&mut self, key: StateKey, since: Option<DateTime<Utc>>, at: DateTime<Utc>) {
        if let Some(organization) = self.organizations.get(&key.tenant) {
            self.changes.tasks.push(Task {
                tenant: organization.tenant.clone(),
                rule: key.rule.to_string(),
                source: key.source.to_string(),
                deed: Deed::Clear {
                    since,
                    at,
                    alert_type: organization.rule(&key.rule).map(alert_type),
                    note: LEFT.to_owned(),
                },
            });
        }
        self.changes.states.insert(key, None);
    }

    /// The newest readings that are not stored yet; they count as stored from now on.
    pub fn take_newest(&mut self) -> Vec<Newest> {
        let mut all = Vec::with_capacity(self.changes.touched.len());
        for (tenant, place) in std::mem::take(&mut self.changes.touched) {
            let organization = self.organizations.get_mut(&tenant);
            let sensor = organization.and_then(|one| one.sensors.get_mut(place));
            let Some(sensor) = sensor else { continue };
            sensor.touched = false;
            if let Some(seen) = sensor.newest {
                let sensor = sensor.id.clone();
                all.push(Newest {
                    tenant,
                    sensor,
                    seen,
                });
            }
        }
        all
    }
}
