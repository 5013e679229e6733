//! Where a sensor may be: in a building that is run, behind a main meter of the same building.
//!
//! These are rules between aggregates, looked at before the command: should a building be retired at the
//! same moment, its sensors are those of a retired building, which is nothing worse than the other order.

use flowgrid_domain::buildings::Building;
use flowgrid_domain::sensors::{Change, Sensor};
use flowgrid_domain::values::Timezone;
use flowgrid_domain::{FieldError, Patch};

use crate::context::{Access, Level};
use crate::error::ApiError;

/// How many meters may sit behind each other.
const DEEPEST: usize = 8;

/// A sensor is put where somebody is. Answers the building's zone, if it has one.
pub async fn check_building<L: Level>(
    access: &Access<L>,
    id: &str,
) -> Result<Option<Timezone>, ApiError> {
    let building = access.load::<Building>(id, None).await?;
    match building.map(|loaded| loaded.state) {
        Some(Building::Active(details)) => {
            let zone = details.timezone.as_deref();
            Ok(zone.and_then(|name| Timezone::parse(name).ok()))
        }
        Some(Building::Retired(_)) => refuse("/buildingId", "is retired"),
        Some(Building::Unregistered) | None => refuse("/buildingId", "names no building"),
    }
}

/// A changed main meter is one of the sensor's own building.
pub async fn check_change<L: Level>(
    access: &Access<L>,
    id: &str,
    change: &Change,
) -> Result<(), ApiError> {
    let Patch::Set(parent) = &change.parent else {
        return Ok(());
    };
    let sensor = access
        .load::<Sensor>(id, None)
        .await?
        .ok_or(ApiError::NotFound)?;
    let details = sensor.state.details().ok_or(ApiError::NotFound)?;
    let building = &details.installed.building_id;
    check_parent(access, id, building, parent.as_str()).await
}

/// The meters that a sensor sits behind, one after the other: each in the building, none of them the
/// sensor itself.
pub async fn check_parent<L: Level>(
    access: &Access<L>,
    id: &str,
    building: &str,
    parent: &str,
) -> Result<(), ApiError> {
    let mut above = Some(parent.to_owned());
    for _ in 0..DEEPEST {
        let Some(parent) = above else {
            return Ok(());
        };
        if parent == id {
            return refuse("/parentId", "sits behind this sensor itself");
        }
        let loaded = access.load::<Sensor>(&parent, None).await?;
        let details = loaded.as_ref().and_then(|loaded| loaded.state.details());
        above = match details {
            Some(details) if details.installed.building_id == building => {
                details.installed.parent_id.clone()
            }
            Some(_) | None => return refuse("/parentId", "names no sensor of this building"),
        };
    }
    let detail = format!("more than {DEEPEST} meters would sit behind each other");
    refuse("/parentId", detail)
}

fn refuse<T>(pointer: &str, detail: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::Invalid(vec![FieldError::new(pointer, detail)]))
}
