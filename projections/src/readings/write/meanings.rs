//! What sensors mean, and when that changes.

use std::collections::HashMap;

use flowgrid_domain::Decider;
use flowgrid_domain::sensors::{Details, Sensor, SensorEvent};
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::read_model::{ROWS_PER_STATEMENT, WriteError};
use crate::readings::UTC;
use crate::readings::meaning::Meaning;
use crate::staged::RowKey;

/// Key by key, as days are loaded.
const LOAD: &str = "/* readings v2 */ \
    select w.tenant_id, w.id, s.zone, s.sensor from unnest($1::uuid[], $2::text[]) w (tenant_id, id) \
    cross join lateral (select s.zone, s.sensor from reading_sensors s \
      where s.tenant_id = w.tenant_id and s.id = w.id offset 0) s";

const ZONES: &str = "/* readings v2 */ \
    select w.tenant_id, w.id, z.zone from unnest($1::uuid[], $2::text[]) w (tenant_id, id) \
    cross join lateral (select z.zone from reading_zones z \
      where z.tenant_id = w.tenant_id and z.id = w.id offset 0) z";

const PUT: &str = "/* readings v2 */ \
    insert into reading_sensors (tenant_id, id, building_id, zone, sensor) \
    select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[]) \
    on conflict (tenant_id, id) do update set sensor = excluded.sensor";

/// A sensor as it stands in its row.
struct Known {
    zone: String,
    sensor: Sensor,
}

impl Known {
    fn details(&self) -> Option<&Details> {
        self.sensor.details()
    }

    fn meaning(&self) -> Meaning {
        self.details()
            .map_or(Meaning::UNKNOWN, |details| Meaning::of(details, &self.zone))
    }
}

/// What the readings of those mean that are known.
pub(super) async fn of(
    keys: impl Iterator<Item = &RowKey>,
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Meaning>, WriteError> {
    let known = load(keys, connection).await?.into_iter();
    Ok(known.map(|(key, known)| (key, known.meaning())).collect())
}

async fn load(
    keys: impl Iterator<Item = &RowKey>,
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Known>, WriteError> {
    let rows = of_keys(LOAD, keys, connection).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let key = (row.try_get(0)?, row.try_get::<&str, _>(1)?.into());
        let Json(sensor) = row.try_get(3)?;
        let zone = row.try_get(2)?;
        found.insert(key, Known { zone, sensor });
    }
    Ok(found)
}

async fn of_keys(
    sql: &str,
    keys: impl Iterator<Item = &RowKey>,
    connection: &mut PgConnection,
) -> Result<Vec<sqlx::postgres::PgRow>, sqlx::Error> {
    let (tenants, ids): (Vec<Uuid>, Vec<&str>) = keys.map(|(tenant, id)| (*tenant, &**id)).unzip();
    sqlx::query(sql)
        .bind(tenants)
        .bind(ids)
        .fetch_all(connection)
        .await
}

/// Keeps the zones of buildings; answers the sensors in them, which mean something else now.
pub(super) async fn change_zones(
    zones: &[(RowKey, String)],
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Meaning>, WriteError> {
    let mut changed = HashMap::new();
    for some in zones.chunks(ROWS_PER_STATEMENT) {
        let rows = sqlx::query(
            "/* readings v2 */ with zones as ( \
               insert into reading_zones (tenant_id, id, zone) \
               select * from unnest($1::uuid[], $2::text[], $3::text[]) \
               on conflict (tenant_id, id) do update set zone = excluded.zone \
               returning tenant_id, id, zone) \
             update reading_sensors s set zone = z.zone from zones z \
              where s.tenant_id = z.tenant_id and s.building_id = z.id and s.zone <> z.zone \
             returning s.tenant_id, s.id, s.zone, s.sensor",
        )
        .bind(
            some.iter()
                .map(|((tenant, _), _)| *tenant)
                .collect::<Vec<_>>(),
        )
        .bind(some.iter().map(|((_, id), _)| &**id).collect::<Vec<&str>>())
        .bind(
            some.iter()
                .map(|(_, zone)| zone.as_str())
                .collect::<Vec<_>>(),
        )
        .fetch_all(&mut *connection)
        .await?;
        for row in rows {
            let key = (row.try_get(0)?, row.try_get::<&str, _>(1)?.into());
            let Json(sensor) = row.try_get(3)?;
            let zone = row.try_get(2)?;
            changed.insert(key, Known { zone, sensor }.meaning());
        }
    }
    Ok(changed)
}

/// Folds what happened to sensors; answers those that mean something else now.
pub(super) async fn change_sensors(
    all: &[(RowKey, Vec<SensorEvent>)],
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, Meaning>, WriteError> {
    let mut changed = HashMap::new();
    for some in all.chunks(ROWS_PER_STATEMENT) {
        let mut known = load(some.iter().map(|(key, _)| key), connection).await?;
        let zones = zones_of(some, connection).await?;
        for (key, events) in some {
            let before = known.get(key).map(Known::meaning);
            let one = known
                .entry(key.clone())
                .or_insert_with(|| begin(key, events, &zones));
            events.iter().for_each(|event| one.sensor.evolve(event));
            let meaning = one.meaning();
            if before.as_ref() != Some(&meaning) {
                changed.insert(key.clone(), meaning);
            }
        }
        put(&known, connection).await?;
    }
    Ok(changed)
}

/// A sensor before its first event: in its building's zone, the newest that is known.
fn begin(key: &RowKey, events: &[SensorEvent], zones: &HashMap<RowKey, String>) -> Known {
    let installed = events.iter().find_map(installed);
    let changed = installed.and_then(|(building, _)| zones.get(&(key.0, building.into())));
    let at_first = installed.and_then(|(_, zone)| zone);
    let zone = changed.map(String::as_str).or(at_first).unwrap_or(UTC);
    Known {
        zone: zone.to_owned(),
        sensor: Sensor::default(),
    }
}

/// Its building, and the zone of that when the sensor was installed.
fn installed(event: &SensorEvent) -> Option<(&str, Option<&str>)> {
    match event {
        SensorEvent::Installed(installed) => {
            Some((&installed.building_id, installed.time_zone.as_deref()))
        }
        SensorEvent::Changed(_) | SensorEvent::Calibrated(_) | SensorEvent::Removed(_) => None,
    }
}

/// The zones that became others, of the buildings in which sensors are installed.
async fn zones_of(
    some: &[(RowKey, Vec<SensorEvent>)],
    connection: &mut PgConnection,
) -> Result<HashMap<RowKey, String>, sqlx::Error> {
    let buildings: Vec<RowKey> = some
        .iter()
        .flat_map(|((tenant, _), events)| {
            let installed = events.iter().filter_map(installed);
            installed.map(|(building, _)| (*tenant, building.into()))
        })
        .collect();
    let rows = of_keys(ZONES, buildings.iter(), connection).await?;
    rows.iter()
        .map(|row| {
            let key = (row.try_get(0)?, row.try_get::<&str, _>(1)?.into());
            Ok((key, row.try_get(2)?))
        })
        .collect()
}

async fn put(
    known: &HashMap<RowKey, Known>,
    connection: &mut PgConnection,
) -> Result<(), WriteError> {
    let rows: Vec<_> = known
        .iter()
        .filter_map(|(key, known)| Some((key, known, known.details()?)))
        .collect();
    sqlx::query(PUT)
        .bind(rows.iter().map(|(key, ..)| key.0).collect::<Vec<_>>())
        .bind(rows.iter().map(|(key, ..)| &*key.1).collect::<Vec<&str>>())
        .bind(
            rows.iter()
                .map(|(.., details)| details.installed.building_id.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(
            rows.iter()
                .map(|(_, known, _)| known.zone.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(
            rows.iter()
                .map(|(_, known, _)| Json(&known.sensor))
                .collect::<Vec<_>>(),
        )
        .execute(connection)
        .await?;
    Ok(())
}
