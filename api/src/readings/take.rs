//! The way of readings from a body to the log.

use axum::response::Response;
use flowgrid_commands::{Idempotency, Recording};
use flowgrid_domain::FieldError;
use flowgrid_domain::readings::OnConflict;
use flowgrid_domain::readings::intake::{Gathered, MOST_ERRORS, Repeats};

use super::accepted::Accepted;
use super::options::Options;
use super::stored::{MOST_COMPARED, Stored, stored};
use crate::context::{Access, KnownSensor, User};
use crate::error::ApiError;
use crate::request::Delivery;

/// HTTP status of readings that were recorded.
const CREATED: u16 = 201;

/// Takes the readings of a delivery, all or none. `sensor` is whose they are that don't say so.
pub async fn take(
    access: &Access<User>,
    options: Options,
    sensor: Option<&str>,
    mut delivery: Delivery,
) -> Result<Response, ApiError> {
    let described = options.described();
    let mut received = delivery.read(sensor, described, access.now()).await?;
    let mut gathered = received.gathered()?;
    let key = received.idempotency.take().filter(|_| !options.dry_run);
    let repeats = gathered.leave_distinct(options.on_conflict);
    let repeats = repeats.map_err(ApiError::Invalid)?;
    let accepted = Accepted::of(&gathered, repeats, options.on_conflict);
    let checked = match buildings(access, &gathered).await {
        Ok(buildings) => compared(access, &gathered, options)
            .await
            .map(|stored| (buildings, stored)),
        Err(error) => Err(error),
    };
    let (buildings, stored) = match checked {
        Ok(checked) => checked,
        // A sensor may have gone since the first answer, or a value been corrected.
        Err(error) => return first_answer(access, key, accepted, error).await,
    };
    if options.dry_run {
        return accepted.only_asked(stored);
    }
    let buildings: Vec<&str> = buildings.iter().map(|one| &**one).collect();
    let recording = Recording {
        events: gathered.to_events(&buildings, options.on_conflict),
        idempotency: key,
        status: CREATED,
    };
    let recorded = access.record("readings.record", recording).await?;
    if !recorded.repeated {
        let Repeats { same, other } = repeats;
        access.count_readings(accepted.accepted, same + other);
    }
    accepted.recorded(&recorded)
}

/// Where each sensor is.
async fn buildings(access: &Access<User>, gathered: &Gathered) -> Result<Vec<Box<str>>, ApiError> {
    let known = access.sensors(&gathered.sensors, MOST_ERRORS).await?;
    let mut buildings = Vec::with_capacity(known.len());
    let mut errors = Vec::new();
    for (at, sensor) in known.iter().enumerate() {
        match usable(sensor.as_deref()) {
            Ok(building) => buildings.push(building.into()),
            Err(detail) => errors.push((at, detail)),
        }
    }
    if errors.is_empty() {
        return Ok(buildings);
    }
    Err(ApiError::Invalid(named(gathered, &errors)))
}

/// What is stored already, where it matters.
async fn compared(
    access: &Access<User>,
    gathered: &Gathered,
    options: Options,
) -> Result<Option<Stored>, ApiError> {
    let rejects = options.on_conflict == OnConflict::Reject;
    if !rejects && !options.dry_run {
        return Ok(None);
    }
    let stored = stored(access, gathered).await?;
    match stored {
        Some(stored) if rejects && stored.other > 0 => Err(ApiError::Invalid(stored.errors)),
        None if rejects => Err(ApiError::Refused {
            code: "too-many-sensors",
            detail: format!("onConflict=reject takes at most {MOST_COMPARED} sensors at once")
                .into(),
        }),
        Some(_) | None => Ok(stored),
    }
}

fn usable(sensor: Option<&KnownSensor>) -> Result<&str, &'static str> {
    match sensor {
        Some(sensor) if sensor.is_removed => Err("names a sensor that is removed"),
        Some(sensor) => Ok(&sensor.building),
        None => Err("names no sensor"),
    }
}

/// Each sensor that can't be used, where it is named first.
fn named(gathered: &Gathered, errors: &[(usize, &str)]) -> Vec<FieldError> {
    let first = gathered.first_rows();
    let error = |(at, detail): &(usize, &str)| Some(first.get(*at)?.error("sensorId", detail));
    errors.iter().filter_map(error).take(MOST_ERRORS).collect()
}

/// What was recorded under the key before; else the error.
async fn first_answer(
    access: &Access<User>,
    key: Option<Idempotency>,
    accepted: Accepted,
    error: ApiError,
) -> Result<Response, ApiError> {
    let Some(key) = key else {
        return Err(error);
    };
    match access.recorded(&key).await? {
        Some(recorded) => accepted.recorded(&recorded),
        None => Err(error),
    }
}
