//! What a rule would have raised.

use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use flowgrid_domain::buildings::Building;
use flowgrid_domain::rules::evaluate::{Excursion, Judge, Replay};
use flowgrid_domain::rules::{AlertRule, Condition, Definition};
use flowgrid_domain::sensors::SensorResource;
use flowgrid_domain::{FieldError, Fields};
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::forecasts::{self, Expected, Of};
use flowgrid_projections::{ModelName, readings, sensors};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Success, read_json};
use crate::context::{Access, Manager};
use crate::document::{CommandFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// The longest period, in days.
const LONGEST: i64 = 366;
/// What is looked at where nothing is said, in days.
const USUAL: i64 = 7;
/// The most readings of all sensors together.
const MOST_READINGS: usize = 500_000;
/// The most sensors of a rule that are looked at.
const MOST_SENSORS: u32 = 100;
/// The most excursions in an answer.
const MOST: usize = 1_000;

/// Over which readings to run the rule.
#[derive(ToSchema)]
#[schema(example = json!({"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}))]
#[expect(dead_code, reason = "only describes requests")]
pub struct RuleTestInput {
    /// A week before `to` when absent.
    from: Option<DateTime<Utc>>,
    /// Now when absent; at most 366 days after `from`.
    to: Option<DateTime<Utc>>,
}

/// What a rule would have raised.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RuleTest {
    rule_id: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    /// How many sensors it looks at.
    sensors: usize,
    /// How many readings of them there are.
    readings: usize,
    /// In the order in which they would have been raised.
    excursions: Vec<ExcursionView>,
    /// There are more excursions, readings or sensors than were looked at.
    truncated: bool,
}

/// From when to when an alert would have been open.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExcursionView {
    /// Id of the sensor or, for an expression, of the building.
    source: String,
    /// When it began to be wrong.
    since: DateTime<Utc>,
    raised_at: DateTime<Utc>,
    /// Null where it lasted to the end.
    cleared_at: Option<DateTime<Utc>>,
    /// The reading that raised it, calibrated; null where nothing came, or it is a building.
    value: Option<f64>,
    /// It goes up and down so often that the alert stays until it is calm.
    flapping: bool,
}

/// Run an alert rule over past readings.
///
/// Says what it would have raised, had it been there, whether it is enabled or not; nothing is raised.
/// Readings are those that are stored now, corrections included. A deviation from the forecast is found where
/// forecasts are kept: the thirty newest of each sensor that such a rule looks at.
#[utoipa::path(
    post,
    path = "/{id}/test",
    tag = "alertRules",
    params(("id" = String, Path), QueryHeaders),
    request_body = RuleTestInput,
    responses(
        (status = 200, description = "What it would have raised", body = Success<RuleTest>),
        CommandFailures
    )
)]
pub async fn test_alert_rule(
    access: Access<Manager>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let (from, to) = period(&incoming, access.now())?;
    let loaded = access.load::<AlertRule>(&id, None).await?;
    let Some(AlertRule::Present(definition)) = loaded.map(|loaded| loaded.state) else {
        return Err(ApiError::NotFound);
    };
    let zone = zone(&access, &definition).await?;
    let judge = Judge::new(*definition, zone)?;
    let (sensors, mut truncated) = looked_at(&access, &judge).await?;
    let past = past(&access, &sensors, from, to).await?;
    let expected = expected(&access, &judge, &sensors, (from, to)).await?;
    truncated |= past.truncated;
    let building = judge.definition().target.building_id.as_deref();
    let mut replay = Replay::new(&judge, building.unwrap_or_default(), MOST);
    for (time, sensor, value) in &past.readings {
        let expected = expected.get(*sensor).and_then(|all| all.at(*time));
        replay.reading(&sensors[*sensor].id, *time, *value, expected);
    }
    replay.time(to);
    truncated |= replay.is_full();
    let excursions = replay.excursions().iter().map(shown).collect();
    let answer = RuleTest {
        rule_id: id,
        from,
        to,
        sensors: sensors.len(),
        readings: past.readings.len(),
        excursions,
        truncated,
    };
    read_json(&Success::of(answer), None)
}

fn period(
    incoming: &Incoming,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, DateTime<Utc>), ApiError> {
    let body = incoming.fields()?;
    let mut fields = Fields::of(&body);
    let to = fields.optional("to").unwrap_or(now);
    let from = fields.optional("from");
    let from = from.unwrap_or(to - TimeDelta::days(USUAL));
    let read = fields.finish(Some(())).map_err(ApiError::Invalid);
    read?;
    if from >= to || to - from > TimeDelta::days(LONGEST) {
        let detail = format!("must be before to, at most {LONGEST} days");
        return Err(ApiError::Invalid(vec![FieldError::new("/from", detail)]));
    }
    Ok((from, to))
}

/// The clock of the rule's building.
async fn zone(access: &Access<Manager>, definition: &Definition) -> Result<Tz, ApiError> {
    let Some(id) = &definition.target.building_id else {
        return Ok(Tz::UTC);
    };
    let loaded = access.load::<Building>(id, None).await?;
    let zone = match loaded.map(|loaded| loaded.state) {
        Some(Building::Active(details) | Building::Retired(details)) => details.timezone,
        Some(Building::Unregistered) | None => None,
    };
    Ok(zone.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC))
}

/// The sensors that the rule looks at, also those that were removed: their readings are there; and
/// whether there are more.
async fn looked_at(
    access: &Access<Manager>,
    judge: &Judge,
) -> Result<(Vec<SensorResource>, bool), ApiError> {
    let target = &judge.definition().target;
    let named: Option<Vec<&str>> = match (judge.expression(), &target.sensor_id) {
        (Some(expression), _) => Some(expression.sensors().collect()),
        (None, Some(sensor)) => Some(vec![sensor]),
        (None, None) => None,
    };
    let mut tx = access.query(&[ModelName::Sensors]).await?;
    let (mut rows, mut more) = (Vec::new(), false);
    if let Some(named) = named {
        for id in named {
            rows.extend(documents::get(&mut tx, ModelName::Sensors, id).await?);
        }
    } else {
        let kind = target.sensor_kind.clone();
        let filter = DocumentFilter {
            owner: target.building_id.clone(),
            equal: kind.map(|kind| ("kind", kind)).into_iter().collect(),
            limit: MOST_SENSORS,
            ..DocumentFilter::default()
        };
        let page = documents::list(&mut tx, ModelName::Sensors, &filter).await?;
        more = page.total > u64::from(MOST_SENSORS);
        rows = page.items;
    }
    drop(tx);
    let all: Result<Vec<_>, _> = rows.iter().map(sensors::resource).collect();
    Ok((all?, more))
}

/// Readings by time, each with its sensor's place.
struct Past {
    readings: Vec<(DateTime<Utc>, usize, f64)>,
    truncated: bool,
}

async fn past(
    access: &Access<Manager>,
    sensors: &[SensorResource],
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Past, ApiError> {
    let mut tx = access.query(&[ModelName::Readings]).await?;
    let mut past = Past {
        readings: Vec::new(),
        truncated: false,
    };
    for (place, sensor) in sensors.iter().enumerate() {
        let room = MOST_READINGS - past.readings.len();
        let room = room.min(readings::MOST_POINTS);
        let points = readings::points(&mut tx, &sensor.id, from, to, room).await?;
        past.truncated |= points.len() == room;
        for point in points {
            let time = DateTime::from_timestamp_millis(point.at_ms);
            let time = time.ok_or_else(|| ApiError::internal("a reading out of time"))?;
            past.readings
                .push((time, place, calibrated(sensor, time, point.value)));
        }
    }
    past.readings.sort_by_key(|(time, _, _)| *time);
    Ok(past)
}

/// What the readings of each sensor should have been; nothing where the rule doesn't ask.
async fn expected(
    access: &Access<Manager>,
    judge: &Judge,
    sensors: &[SensorResource],
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Expected>, ApiError> {
    if !matches!(
        judge.definition().condition,
        Condition::ForecastDeviation(_)
    ) {
        return Ok(Vec::new());
    }
    let mut tx = access.query(&[ModelName::Sensors]).await?;
    let mut all = Vec::with_capacity(sensors.len());
    for sensor in sensors {
        let kept = forecasts::made_between(&mut tx, (Of::Sensor, &sensor.id), from, to).await?;
        all.push(Expected::of(&kept));
    }
    Ok(all)
}

/// A value as it is meant.
fn calibrated(sensor: &SensorResource, time: DateTime<Utc>, value: f64) -> f64 {
    let valid = sensor.calibrations.iter().rev();
    let valid = valid.clone().find(|one| one.valid_from <= time);
    valid.map_or(value, |one| value * one.factor + one.offset)
}

fn shown(one: &Excursion) -> ExcursionView {
    let one = one.clone();
    ExcursionView {
        source: one.source,
        since: one.since,
        raised_at: one.raised_at,
        cleared_at: one.cleared_at,
        value: one.value,
        flapping: one.flapping,
    }
}
