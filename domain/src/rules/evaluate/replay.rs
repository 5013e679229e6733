//! What a rule would have made of readings of the past.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Decision, Judge, Seen, Watch};
use crate::rules::Latest;

/// From when to when a rule would have had an alert open.
#[derive(Clone, Debug, PartialEq)]
pub struct Excursion {
    /// Id of a sensor or, for an expression, of the building.
    pub source: String,
    /// When it began to be wrong.
    pub since: DateTime<Utc>,
    pub raised_at: DateTime<Utc>,
    /// `None` where it lasted to the end.
    pub cleared_at: Option<DateTime<Utc>>,
    /// The source's value when it was raised; `None` where nothing came, or it is a building.
    pub value: Option<f64>,
    /// An alert that stays until it is calm.
    pub flapping: bool,
}

/// A rule and the sources that readings are of. Time is that of the readings.
pub struct Replay<'j> {
    judge: &'j Judge,
    /// The source of an expression.
    building: String,
    sensors: BTreeMap<String, (Option<Seen>, Watch)>,
    /// Of the building, for an expression.
    watch: (Option<Seen>, Watch),
    /// Of an expression: there were readings of this moment, and there may be more.
    moment: Option<Seen>,
    excursions: Vec<Excursion>,
    most: usize,
}

impl<'j> Replay<'j> {
    /// `most` excursions are kept at most; the others are not counted.
    pub fn new(judge: &'j Judge, building: &str, most: usize) -> Self {
        Self {
            judge,
            building: building.to_owned(),
            sensors: BTreeMap::new(),
            watch: (None, Watch::default()),
            moment: None,
            excursions: Vec::new(),
            most,
        }
    }

    /// Whether more would have been raised than is kept.
    pub fn is_full(&self) -> bool {
        self.excursions.len() >= self.most
    }

    /// A reading, in the order of time; one that is no newer than the sensor's last changes nothing.
    pub fn reading(
        &mut self,
        sensor: &str,
        time: DateTime<Utc>,
        value: f64,
        expected: Option<f64>,
    ) {
        if self.moment.is_some_and(|moment| moment.time < time) {
            self.complete();
        }
        // What is due at this very moment is for the reading to decide.
        self.tick(time - TimeDelta::microseconds(1));
        let (last, watch) = match self.sensors.get_mut(sensor) {
            Some(known) => known,
            None => self.sensors.entry(sensor.to_owned()).or_default(),
        };
        if !Seen::is_before(last.as_ref(), time) {
            return;
        }
        let now = Seen {
            time,
            arrived: time,
            value,
        };
        let previous = last.replace(now);
        if self.judge.expression().is_none() {
            let decided = self.judge.reading(watch, previous.as_ref(), &now, expected);
            let value = (!self.judge.counts_silence()).then_some(value);
            for decision in decided.iter() {
                note(&mut self.excursions, self.most, sensor, value, decision);
            }
        } else {
            self.moment = Some(now);
        }
    }

    /// Time has passed without a reading: up to the end, say.
    pub fn time(&mut self, now: DateTime<Utc>) {
        self.complete();
        self.tick(now);
    }

    fn tick(&mut self, now: DateTime<Utc>) {
        for (sensor, (last, watch)) in &mut self.sensors {
            let Some(last) = last else { continue };
            while let Some(decision) = self.judge.tick(watch, last, now) {
                let value = (!self.judge.counts_silence()).then_some(last.value);
                note(&mut self.excursions, self.most, sensor, value, decision);
            }
        }
        let (Some(last), watch) = &mut self.watch else {
            return;
        };
        while let Some(decision) = self.judge.tick(watch, last, now) {
            note(
                &mut self.excursions,
                self.most,
                &self.building,
                None,
                decision,
            );
        }
    }

    /// What would have been raised, in that order.
    pub fn excursions(&self) -> &[Excursion] {
        &self.excursions
    }

    /// All readings of a moment are in: now the building is looked at.
    fn complete(&mut self) {
        let Some(now) = self.moment.take() else {
            return;
        };
        let latest = self.sensors.iter().filter_map(|(sensor, (last, _))| {
            let last = last.as_ref()?;
            Some(Latest {
                sensor,
                value: last.value,
                age_seconds: (now.time - last.time).as_seconds_f64(),
            })
        });
        let (last, watch) = &mut self.watch;
        *last = Some(now);
        if let Some(decision) = self.judge.building(watch, &now, latest) {
            note(
                &mut self.excursions,
                self.most,
                &self.building,
                None,
                decision,
            );
        }
    }
}

fn note(
    all: &mut Vec<Excursion>,
    most: usize,
    source: &str,
    value: Option<f64>,
    decision: Decision,
) {
    match decision {
        Decision::Raise {
            since,
            at,
            flapping,
        } => {
            if all.len() < most {
                all.push(Excursion {
                    source: source.to_owned(),
                    since,
                    raised_at: at,
                    cleared_at: None,
                    value,
                    flapping,
                });
            }
        }
        Decision::Clear { since, at } => {
            let its = |one: &&mut Excursion| one.source == source && one.since == since;
            if let Some(excursion) = all.iter_mut().rev().find(its) {
                excursion.cleared_at = Some(at);
            }
        }
    }
}
