//! Events merged in memory.

use std::collections::BTreeMap;

use flowgrid_bus::RecordedEvent;
use flowgrid_domain::buildings::{self, Building, BuildingEvent};
use flowgrid_domain::readings::{Corrected, OnConflict, Readings, ReadingsEvent, Recorded, Series};
use flowgrid_domain::sensors::{Sensor, SensorEvent};
use flowgrid_domain::{Decider, Event, Patch};
use uuid::Uuid;

use super::sheet::{Op, point};
use crate::closed::Closed;
use crate::read_model::{Batch, BatchWrites};
use crate::staged::RowKey;

/// What a batch does, by sensor or building, each in the order of its events. A batch is of one log.
#[derive(Default)]
pub(crate) struct ReadingsBatch {
    ops: BTreeMap<RowKey, Vec<Op>>,
    sensors: BTreeMap<RowKey, Vec<SensorEvent>>,
    zones: BTreeMap<RowKey, String>,
    len: usize,
}

/// The same, in the order of the primary keys.
pub(crate) struct ReadingsWrites {
    pub(super) ops: Vec<(RowKey, Vec<Op>)>,
    pub(super) sensors: Vec<(RowKey, Vec<SensorEvent>)>,
    /// The zones of buildings.
    pub(super) zones: Vec<(RowKey, String)>,
}

impl ReadingsBatch {
    pub(super) fn stage(&mut self, event: &RecordedEvent) -> Result<(), String> {
        match &*event.aggregate_type {
            Readings::TYPE => match decode(event)? {
                ReadingsEvent::Recorded(recorded) => self.recorded(event.tenant_id, recorded),
                ReadingsEvent::Corrected(corrected) => self.corrected(event.tenant_id, corrected),
            },
            Sensor::TYPE => {
                let key = (event.tenant_id, event.local_id().into());
                self.sensors.entry(key).or_default().push(decode(event)?);
                self.len += 1;
            }
            // Decoded only where it can matter: buildings come and change often, their zones hardly ever.
            Building::TYPE
                if &*event.event_type == "building.changed"
                    && event.payload_str().contains("\"timezone\"") =>
            {
                self.building(event, decode(event)?);
            }
            _ => {}
        }
        Ok(())
    }

    fn recorded(&mut self, tenant: Uuid, recorded: Recorded) {
        for series in recorded.series {
            self.series(tenant, series, recorded.on_conflict);
        }
    }

    fn corrected(&mut self, tenant: Uuid, corrected: Corrected) {
        for voided in corrected.voided {
            let ops = self
                .ops
                .entry((tenant, voided.sensor_id.into()))
                .or_default();
            let void = |time: &chrono::DateTime<chrono::Utc>| Op::Void {
                at_ms: time.timestamp_millis(),
            };
            ops.extend(voided.times.iter().map(void));
            self.len += voided.times.len();
        }
        for series in corrected.series {
            self.series(tenant, series, OnConflict::Correct);
        }
    }

    fn series(&mut self, tenant: Uuid, series: Series, on_conflict: OnConflict) {
        let (start, quality) = (series.start.timestamp_millis(), series.quality);
        self.len += series.points.len();
        let ops = self
            .ops
            .entry((tenant, series.sensor_id.into()))
            .or_default();
        ops.extend(series.points.iter().map(|(offset, value)| {
            let at_ms = start.saturating_add(*offset);
            Op::Put(point(at_ms, *value, quality), on_conflict)
        }));
    }

    fn building(&mut self, event: &RecordedEvent, decoded: BuildingEvent) {
        let zone = match decoded {
            // Sensors know the zone in which their building was registered.
            BuildingEvent::Registered(_) | BuildingEvent::Retired(_) => return,
            BuildingEvent::Changed(buildings::Changed { timezone, .. }) => match timezone {
                Patch::Absent => return,
                Patch::Clear => super::UTC.to_owned(),
                Patch::Set(zone) => zone,
            },
        };
        let key = (event.tenant_id, event.local_id().into());
        self.zones.insert(key, zone);
        self.len += 1;
    }
}

fn decode<E: Event>(event: &RecordedEvent) -> Result<E, String> {
    E::decode(&event.event_type, &event.event_version, event.payload_str())
        .map_err(|error| error.to_string())
}

impl Batch for ReadingsBatch {
    type Writes = ReadingsWrites;

    /// Readings, and changes of sensors and buildings.
    fn len(&self) -> usize {
        self.len
    }

    fn into_writes(self) -> ReadingsWrites {
        ReadingsWrites {
            ops: self.ops.into_iter().collect(),
            sensors: self.sensors.into_iter().collect(),
            zones: self.zones.into_iter().collect(),
        }
    }
}

impl BatchWrites for ReadingsWrites {
    fn is_empty(&self) -> bool {
        self.ops.is_empty() && self.sensors.is_empty() && self.zones.is_empty()
    }

    fn leave_out(&mut self, closed: &Closed) -> bool {
        let count = |writes: &Self| writes.ops.len() + writes.sensors.len() + writes.zones.len();
        let before = count(self);
        self.ops.retain(|((tenant, _), _)| !closed.has(*tenant));
        self.sensors.retain(|((tenant, _), _)| !closed.has(*tenant));
        self.zones.retain(|((tenant, _), _)| !closed.has(*tenant));
        count(self) < before
    }
}
