//! Rules, sensors and buildings, as the log tells of them.

use std::str::FromStr;
use std::sync::Arc;

use chrono_tz::Tz;
use flowgrid_bus::{Position, RecordedEvent, Tenant};
use flowgrid_domain::buildings::BuildingEvent;
use flowgrid_domain::rules::AlertRuleEvent;
use flowgrid_domain::sensors::SensorEvent;
use flowgrid_domain::{Event, Patch};
use flowgrid_log::{Follower, LogInfo, LogKind};

use super::super::engine::{Building, Organization, Rule, Sensor};
use super::super::{RulesError, load};
use super::{MOST_EVENTS, Session};

impl Session<'_> {
    /// Loads every organization with rules, and follows their logs from there on.
    pub(super) async fn load_all(&mut self) -> Result<(), RulesError> {
        for log in self.logs_of_rules() {
            let head = self.options.store.head(log.id).await?;
            for tenant in self
                .options
                .store
                .tenants_with(log.id, "alert-rule")
                .await?
            {
                self.load(&tenant, log, head).await?;
            }
            let tail = self.options.tails.get(log.id);
            let tail = tail.ok_or(RulesError::NotFollowed(log.id))?;
            let follower = Follower::new(self.options.store.clone(), tail, head);
            self.followers.push((log, follower));
        }
        Ok(())
    }

    /// Reads the logs of rules up to where they are now; false when it is to end before that.
    pub(super) async fn catch_up(&mut self) -> Result<bool, RulesError> {
        for at in 0..self.followers.len() {
            let log = self.followers[at].0;
            let head = self.options.store.head(log.id).await?;
            while self.followers[at].1.position() < head {
                let mut stop = self.stop.clone();
                let events = tokio::select! {
                    biased;
                    _ = stop.wait_for(|stop| *stop) => return Ok(false),
                    events = self.followers[at].1.next(MOST_EVENTS) => events?,
                };
                for event in &events {
                    self.learn(log, event).await?;
                }
            }
        }
        Ok(true)
    }

    /// An organization, if its telemetry is on our log.
    async fn load(&mut self, tenant: &Tenant, log: LogInfo, n: u64) -> Result<(), RulesError> {
        let place = self.options.store.place(tenant, LogKind::Telemetry).await?;
        if place.id != self.tail.log() {
            return Ok(());
        }
        let position = Position {
            log: log.id,
            epoch: log.epoch,
            n,
        };
        let organization = load::organization(&self.options.read, tenant, position).await?;
        let now = self.now();
        self.engine
            .put(organization, &mut self.stored, &self.newest, now);
        Ok(())
    }

    async fn learn(&mut self, log: LogInfo, event: &Arc<RecordedEvent>) -> Result<(), RulesError> {
        let known = self.engine.organization(event.tenant_id).is_some();
        let fits = match (&*event.aggregate_type, known) {
            ("alert-rule", false) => false,
            ("alert-rule", true) => self.rule(event)?,
            ("sensor", true) => self.sensor(event)?,
            ("building", true) => self.building(event)?,
            _ => true,
        };
        if fits {
            return Ok(());
        }
        // The first of its rules, or more has happened than we have heard of.
        let tenant = Tenant::from_slug(event.tenant_slug())
            .map_err(|error| flowgrid_log::LogError::Corrupt(error.to_string()))?;
        self.load(&tenant, log, event.position).await
    }

    /// Whether the event follows what is known, or was known.
    fn rule(&mut self, event: &RecordedEvent) -> Result<bool, RulesError> {
        let (tenant, id) = (event.tenant_id, event.local_id());
        let Some(organization) = self.engine.organization(tenant) else {
            return Ok(false);
        };
        let known = organization
            .rule(id)
            .map(|rule| (rule.revision, rule.created_at));
        match follows(known.map(|(revision, _)| revision), event) {
            Follows::Before => return Ok(true),
            Follows::Next => {}
            Follows::Later => return Ok(false),
        }
        let created = known.map_or(event.recorded_at, |(_, created)| created);
        let rule = |definition| Rule::new(id, definition, event.sequence, created);
        let rule = match decoded::<AlertRuleEvent>(event)? {
            AlertRuleEvent::Created(created) => Some(rule(created.definition)),
            AlertRuleEvent::Changed(changed) => Some(rule(changed.definition)),
            AlertRuleEvent::Deleted(_) => None,
        };
        self.engine.rule(tenant, id, rule, event.recorded_at);
        Ok(true)
    }

    fn sensor(&mut self, event: &RecordedEvent) -> Result<bool, RulesError> {
        let (tenant, id) = (event.tenant_id, event.local_id());
        let Some(organization) = self.engine.organization(tenant) else {
            return Ok(false);
        };
        let revision = organization.sensor(id).map(|sensor| sensor.revision);
        match follows(revision, event) {
            Follows::Before => return Ok(true),
            Follows::Next => {}
            Follows::Later => return Ok(false),
        }
        take_sensor(organization, event, decoded::<SensorEvent>(event)?);
        self.engine.sensor(tenant, id, event.recorded_at);
        Ok(true)
    }

    fn building(&mut self, event: &RecordedEvent) -> Result<bool, RulesError> {
        let (tenant, id) = (event.tenant_id, event.local_id());
        let Some(organization) = self.engine.organization(tenant) else {
            return Ok(false);
        };
        let known = organization.buildings.get(id).copied();
        match follows(known.map(|building| building.revision), event) {
            Follows::Before => return Ok(true),
            Follows::Next => {}
            Follows::Later => return Ok(false),
        }
        let before = known.map_or(Tz::UTC, |building| building.zone);
        let zone = match decoded::<BuildingEvent>(event)? {
            BuildingEvent::Registered(registered) => zone(registered.timezone.as_deref()),
            BuildingEvent::Changed(changed) => match changed.timezone {
                Patch::Absent => before,
                Patch::Clear => Tz::UTC,
                Patch::Set(name) => zone(Some(&name)),
            },
            BuildingEvent::Retired(_) => before,
        };
        let building = Building {
            zone,
            revision: event.sequence,
        };
        organization.buildings.insert(id.into(), building);
        if zone != before {
            self.engine.rules_of_building(tenant, id, event.recorded_at);
        }
        Ok(true)
    }
}

enum Follows {
    /// Known already.
    Before,
    Next,
    /// Something is missing in between.
    Later,
}

fn follows(revision: Option<u64>, event: &RecordedEvent) -> Follows {
    match revision {
        // What is gone is no longer known; nothing happens to it.
        None if event.sequence == 1 => Follows::Next,
        None => Follows::Later,
        Some(known) if event.sequence <= known => Follows::Before,
        Some(known) if event.sequence == known + 1 => Follows::Next,
        Some(_) => Follows::Later,
    }
}

fn decoded<E: Event>(event: &RecordedEvent) -> Result<E, RulesError> {
    E::decode(&event.event_type, &event.event_version, event.payload_str())
        .map_err(|error| RulesError::Event(event.position, error))
}

fn zone(name: Option<&str>) -> Tz {
    let known = name.and_then(|name| Tz::from_str(name).ok());
    known.unwrap_or(Tz::UTC)
}

fn take_sensor(organization: &mut Organization, event: &RecordedEvent, happened: SensorEvent) {
    let (id, revision) = (event.local_id(), event.sequence);
    if let SensorEvent::Installed(installed) = happened {
        let named = (
            &*installed.building_id,
            &*installed.name,
            &*installed.kind,
            &*installed.unit,
        );
        let at = event.recorded_at;
        organization.add_sensor(Sensor::new(id, named, Vec::new(), true, at, revision));
        return;
    }
    let Some(sensor) = organization.sensor(id) else {
        return;
    };
    sensor.revision = revision;
    match happened {
        SensorEvent::Installed(_) => {}
        SensorEvent::Changed(changed) => {
            if let Some(name) = changed.name {
                sensor.name = name.into();
            }
            if let Some(kind) = changed.kind {
                sensor.kind = kind.into();
            }
        }
        SensorEvent::Calibrated(one) => sensor.calibrate(one.valid_from, one.factor, one.offset),
        SensorEvent::Removed(_) => sensor.present = false,
    }
}
