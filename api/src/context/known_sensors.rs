//! What intake must know of the sensors whose readings come, remembered for a while.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_domain::sensors::Sensor;
use flowgrid_projections::{ModelName, ReadError, sensors};
use futures_util::future::try_join_all;
use quick_cache::Equivalent;
use quick_cache::sync::Cache;
use uuid::Uuid;

use super::{Access, Level};
use crate::error::ApiError;

/// Sensors remembered, of all organizations together; of the others the read model is asked.
const REMEMBERED: usize = 50_000;
/// How long one is remembered. One that is removed over another process takes readings as long.
const FRESH: TimeDelta = TimeDelta::seconds(60);
/// How many are looked for in the log at the same time.
const AT_ONCE: usize = 4;

/// Where a sensor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSensor {
    pub building: Box<str>,
    /// It measures no longer.
    pub is_removed: bool,
}

type Known = (Arc<KnownSensor>, DateTime<Utc>);

/// Sensors that were asked for a moment ago.
pub(super) struct KnownSensors(Cache<Name, Known>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Name(Uuid, Box<str>);

/// The same without a text of its own.
struct Named<'a>(Uuid, &'a str);

impl Hash for Named<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
        self.1.hash(state);
    }
}

impl Equivalent<Name> for Named<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        self.0 == name.0 && *self.1 == *name.1
    }
}

impl KnownSensors {
    pub(super) fn new() -> Self {
        Self(Cache::new(REMEMBERED))
    }

    fn get(&self, tenant: Uuid, id: &str, now: DateTime<Utc>) -> Option<Arc<KnownSensor>> {
        let (sensor, since) = self.0.get(&Named(tenant, id))?;
        (now - since < FRESH).then_some(sensor)
    }

    fn put(&self, tenant: Uuid, id: &str, sensor: &Arc<KnownSensor>, now: DateTime<Utc>) {
        let name = Name(tenant, id.into());
        self.0.insert(name, (Arc::clone(sensor), now));
    }
}

impl<L: Level> Access<L> {
    /// The sensors of these ids; `None` for each that the organization doesn't have. After
    /// `most_unknown` of those it stops looking for others.
    pub async fn sensors(
        &self,
        ids: &[String],
        most_unknown: usize,
    ) -> Result<Vec<Option<Arc<KnownSensor>>>, ApiError> {
        let (known, tenant, now) = (&self.state.0.sensors, self.tenant().id(), self.now());
        let mut found: Vec<_> = ids.iter().map(|id| known.get(tenant, id, now)).collect();
        if found.iter().any(Option::is_none) {
            self.ask_model(ids, &mut found).await?;
            self.ask_log(ids, &mut found, most_unknown).await?;
        }
        Ok(found)
    }

    /// It is removed: from now on this process takes no reading of it, though the read model may still
    /// show it.
    pub fn note_removed(&self, id: &str, building: &str) {
        let removed = KnownSensor {
            building: building.into(),
            is_removed: true,
        };
        self.remember(id, removed);
    }

    async fn ask_model(
        &self,
        ids: &[String],
        found: &mut [Option<Arc<KnownSensor>>],
    ) -> Result<(), ApiError> {
        let missing = missing(ids, found);
        let names: Vec<&str> = missing.iter().map(|at| &*ids[*at]).collect();
        let mut tx = self
            .state
            .0
            .read
            .begin(self.tenant(), &[ModelName::Sensors])
            .await?;
        let mut places = match sensors::places(&mut tx, &names).await {
            Ok(places) => places,
            // The log knows them all.
            Err(ReadError::NotReady(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        drop(tx);
        for at in missing {
            if let Some(place) = places.remove(&ids[at]) {
                let sensor = KnownSensor {
                    building: place.building.into(),
                    is_removed: place.is_removed,
                };
                found[at] = Some(self.remember(&ids[at], sensor));
            }
        }
        Ok(())
    }

    /// Those that the read model doesn't know yet.
    async fn ask_log(
        &self,
        ids: &[String],
        found: &mut [Option<Arc<KnownSensor>>],
        most_unknown: usize,
    ) -> Result<(), ApiError> {
        let mut unknown = 0;
        for some in missing(ids, found).chunks(AT_ONCE) {
            if unknown >= most_unknown {
                break;
            }
            let loads = some.iter().map(|at| self.load::<Sensor>(&ids[*at], None));
            for (at, loaded) in some.iter().zip(try_join_all(loads).await?) {
                let state = loaded.map(|loaded| loaded.state);
                let Some(details) = state.as_ref().and_then(Sensor::details) else {
                    unknown += 1;
                    continue;
                };
                let sensor = KnownSensor {
                    building: details.installed.building_id.as_str().into(),
                    is_removed: matches!(state, Some(Sensor::Removed(_))),
                };
                found[*at] = Some(self.remember(&ids[*at], sensor));
            }
        }
        Ok(())
    }

    fn remember(&self, id: &str, sensor: KnownSensor) -> Arc<KnownSensor> {
        let sensor = Arc::new(sensor);
        let known = &self.state.0.sensors;
        known.put(self.tenant().id(), id, &sensor, self.now());
        sensor
    }
}

fn missing(ids: &[String], found: &[Option<Arc<KnownSensor>>]) -> Vec<usize> {
    (0..ids.len()).filter(|at| found[*at].is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensor_is_found_in_its_own_organization_for_a_while() {
        let known = KnownSensors::new();
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let sensor = Arc::new(KnownSensor {
            building: "rathaus".into(),
            is_removed: false,
        });
        known.put(ours, "main", &sensor, now);
        let later = now + FRESH - TimeDelta::milliseconds(1);
        assert_eq!(known.get(ours, "main", later), Some(sensor));
        assert_eq!(known.get(ours, "main", now + FRESH), None);
        assert_eq!(known.get(theirs, "main", now), None);
        assert_eq!(known.get(ours, "sub", now), None);
    }
}
