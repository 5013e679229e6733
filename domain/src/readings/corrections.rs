//! Corrections: values that take the place of others, and readings that are none any more.

use chrono::{DateTime, Utc};

use super::batch::chunks;
use super::{Batch, Corrected, MOST_POINTS, Quality, Reading, ReadingsEvent, Series, Voided};
use crate::FieldError;

/// What is to be corrected, checked but for whether the sensors are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Corrections {
    pub(super) reason: String,
    /// The sensors named, each once, and where first.
    pub(super) sensors: Vec<(String, String)>,
    pub(super) replace: Vec<(usize, DateTime<Utc>, f64)>,
    pub(super) void: Vec<(usize, DateTime<Utc>)>,
}

impl Corrections {
    /// The ids of the sensors, each once.
    pub fn sensors(&self) -> Vec<String> {
        self.sensors.iter().map(|(id, _)| id.clone()).collect()
    }

    /// How many values are replaced.
    pub fn replaced(&self) -> usize {
        self.replace.len()
    }

    /// How many readings are voided.
    pub fn voided(&self) -> usize {
        self.void.len()
    }

    /// What is wrong with a sensor, where it is named first.
    pub fn error(&self, sensor: usize, detail: &str) -> Option<FieldError> {
        let (_, pointer) = self.sensors.get(sensor)?;
        Some(FieldError::new(pointer, detail))
    }

    /// The events, each with the building whose it is. `buildings` says where each sensor is, in the order
    /// of [`Corrections::sensors`].
    pub fn to_events(&self, buildings: &[&str]) -> Vec<(String, ReadingsEvent)> {
        let mut distinct = buildings.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let of = |building: &str| {
            let is_here = |sensor: usize| buildings.get(sensor) == Some(&building);
            let events = self.events_of(is_here).into_iter();
            let named = events.map(|event| (building.to_owned(), event));
            named.collect::<Vec<_>>()
        };
        distinct.into_iter().flat_map(of).collect()
    }

    fn events_of(&self, is_here: impl Fn(usize) -> bool) -> Vec<ReadingsEvent> {
        let mut series = self.series(&is_here).into_iter();
        let mut voided = self.voids(&is_here).into_iter();
        let mut events = Vec::new();
        loop {
            let (series, voided) = (series.next(), voided.next());
            if series.is_none() && voided.is_none() {
                return events;
            }
            events.push(ReadingsEvent::Corrected(Corrected {
                series: series.unwrap_or_default(),
                voided: voided.unwrap_or_default(),
                reason: Some(self.reason.clone()),
            }));
        }
    }

    /// What takes the place of others, in groups that each fit into an event.
    fn series(&self, is_here: &impl Fn(usize) -> bool) -> Vec<Vec<Series>> {
        let mut batch = Batch::default();
        for (sensor, time, value) in &self.replace {
            if let Some((id, _)) = self.sensors.get(*sensor).filter(|_| is_here(*sensor)) {
                let reading = Reading {
                    time: *time,
                    value: *value,
                    quality: Quality::Corrected,
                };
                batch.push(id, reading);
            }
        }
        chunks(batch.into_series())
    }

    /// What is voided, in groups that each fit into an event.
    fn voids(&self, is_here: &impl Fn(usize) -> bool) -> Vec<Vec<Voided>> {
        let here: Vec<_> = self
            .void
            .iter()
            .filter(|(sensor, _)| is_here(*sensor))
            .collect();
        let group = |some: &[&(usize, DateTime<Utc>)]| {
            let mut group: Vec<Voided> = Vec::new();
            for (sensor, time) in some {
                let Some((id, _)) = self.sensors.get(*sensor) else {
                    continue;
                };
                match group.iter_mut().find(|one| one.sensor_id == *id) {
                    Some(one) => one.times.push(*time),
                    None => group.push(Voided {
                        sensor_id: id.clone(),
                        times: vec![*time],
                    }),
                }
            }
            group
        };
        here.chunks(MOST_POINTS).map(group).collect()
    }
}
