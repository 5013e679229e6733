//! Readings, told to whoever looks at their sensors.

use chrono::{DateTime, Utc};
use flowgrid_bus::RecordedEvent;
use flowgrid_domain::readings::{ReadingsEvent, Series};
use flowgrid_domain::rules::Latest;
use flowgrid_domain::rules::evaluate::{Decisions, Seen};
use flowgrid_domain::{DecodeError, Event};

use super::Engine;
use super::bound::{Bound, Source};
use super::organization::Organization;

/// One reading of an event.
#[derive(Clone, Copy)]
struct Reading {
    /// Its sensor's place.
    sensor: usize,
    time: DateTime<Utc>,
    value: f64,
}

/// What readings of one event are sorted in; kept, so that it isn't made anew each time.
#[derive(Default)]
pub(super) struct Buffer {
    readings: Vec<Reading>,
    /// Buildings to look at once a moment is complete.
    buildings: Vec<usize>,
}

impl Engine {
    /// Takes in an event of telemetry. What organizations without rules report costs a look-up.
    ///
    /// # Errors
    /// When this build can't read it.
    pub fn readings(&mut self, event: &RecordedEvent, evaluate: bool) -> Result<(), DecodeError> {
        let Some(organization) = self.organizations.get_mut(&event.tenant_id) else {
            return Ok(());
        };
        if !organization.looks_at_anything() {
            return Ok(());
        }
        let decoded =
            ReadingsEvent::decode(&event.event_type, &event.event_version, event.payload_str())?;
        let mut buffer = std::mem::take(&mut self.readings);
        buffer.fill(organization, series(&decoded));
        self.take(event, &mut buffer, evaluate);
        self.readings = buffer;
        Ok(())
    }

    /// All readings of an event in the order of time; a building is looked at once all of a moment
    /// are in.
    fn take(&mut self, event: &RecordedEvent, buffer: &mut Buffer, evaluate: bool) {
        let Buffer {
            readings,
            buildings,
        } = buffer;
        let mut rest = readings.drain(..).peekable();
        while let Some(reading) = rest.next() {
            self.reading(event, reading, buildings, evaluate);
            let complete = rest.peek().is_none_or(|next| next.time != reading.time);
            if complete && !buildings.is_empty() {
                for at in buildings.drain(..) {
                    self.building(event, at, reading.time);
                }
            }
        }
    }

    fn reading(
        &mut self,
        event: &RecordedEvent,
        reading: Reading,
        buildings: &mut Vec<usize>,
        evaluate: bool,
    ) {
        let tenant = event.tenant_id;
        let Some(organization) = self.organizations.get_mut(&tenant) else {
            return;
        };
        let sensor = &mut organization.sensors[reading.sensor];
        if !Seen::is_before(sensor.newest.as_ref(), reading.time) {
            return;
        }
        let now = Seen {
            time: reading.time,
            arrived: event.recorded_at,
            value: sensor.calibrated(reading.time, reading.value),
        };
        let previous = sensor.newest.replace(now);
        if !std::mem::replace(&mut sensor.touched, true) {
            self.changes.touched.push((tenant, reading.sensor));
        }
        if !evaluate {
            return;
        }
        for index in 0..sensor.bounds.len() {
            let Some(organization) = self.organizations.get_mut(&tenant) else {
                return;
            };
            let at = organization.sensors[reading.sensor].bounds[index];
            let Some(Some(bound)) = organization.bounds.get_mut(at) else {
                continue;
            };
            if event.recorded_at < bound.since {
                continue;
            }
            if let Source::Building { .. } = bound.source {
                if !buildings.contains(&at) {
                    buildings.push(at);
                }
                continue;
            }
            let before = bound.watch.phase;
            let id = &organization.sensors[reading.sensor].id;
            let forecasts = self.forecasts.get(&tenant);
            let expected = forecasts.and_then(|all| all.get(id)?.at(now.time));
            let decided = bound
                .judge
                .reading(&mut bound.watch, previous.as_ref(), &now, expected);
            if bound.watch.phase != before || !decided.is_empty() {
                self.changed(tenant, at, decided, Some(now.value));
            } else if bound.armed.is_none() && bound.judge.counts_silence() {
                self.arm(tenant, at);
            }
        }
    }

    fn building(&mut self, event: &RecordedEvent, at: usize, time: DateTime<Utc>) {
        let tenant = event.tenant_id;
        let Some(organization) = self.organizations.get_mut(&tenant) else {
            return;
        };
        let sensors = &organization.sensors;
        let Some(Some(bound)) = organization.bounds.get_mut(at) else {
            return;
        };
        let Bound {
            judge,
            watch,
            source:
                Source::Building {
                    sensors: named,
                    newest,
                    ..
                },
            ..
        } = bound
        else {
            return;
        };
        // Another sensor has told of a later moment already.
        if newest.is_some_and(|newest| newest.time > time) {
            return;
        }
        let now = Seen {
            time,
            arrived: event.recorded_at,
            value: 0.0,
        };
        *newest = Some(now);
        let latest = named.iter().filter_map(|place| {
            let sensor = &sensors[*place];
            let seen = sensor.newest?;
            Some(Latest {
                sensor: &sensor.id,
                value: seen.value,
                age_seconds: (time - seen.time).as_seconds_f64(),
            })
        });
        let before = watch.phase;
        let decided = judge.building(watch, &now, latest);
        if watch.phase != before || decided.is_some() {
            self.changed(tenant, at, Decisions::from(decided), None);
        }
    }
}

impl Buffer {
    fn fill(&mut self, organization: &Organization, all: &[Series]) {
        self.readings.clear();
        for series in all {
            let Some(sensor) = organization.place_of(&series.sensor_id) else {
                continue;
            };
            if organization.sensors[sensor].bounds.is_empty() {
                continue;
            }
            let readings = series.readings().map(|(time, value)| Reading {
                sensor,
                time,
                value,
            });
            self.readings.extend(readings);
        }
        if !self.readings.is_sorted_by_key(|reading| reading.time) {
            self.readings.sort_by_key(|reading| reading.time);
        }
    }
}

/// What is taken back was decided on; what takes its place is no news.
fn series(event: &ReadingsEvent) -> &[Series] {
    match event {
        ReadingsEvent::Recorded(recorded) => &recorded.series,
        ReadingsEvent::Corrected(corrected) => &corrected.series,
    }
}
