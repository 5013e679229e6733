//! What is to be forecast.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use flowgrid_analysis::units::Carrier;
use flowgrid_domain::rules::{Condition, Target};
use flowgrid_domain::sensors::Mode;
use flowgrid_projections::consumption::MODELS;
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::forecasts::Of;
use flowgrid_projections::{ModelName, TenantTx, alert_rules, readings, sensors};

use super::ForecastsError;

/// The read models in which it stands.
pub(super) const LOOKED_AT: [ModelName; 5] = {
    let [a, b, c, d] = MODELS;
    [a, b, c, d, ModelName::AlertRules]
};
/// Rows of a page, and the most rules and sensors of an organization that are looked at.
const PAGE: u32 = 500;
const MOST: u64 = 2_000;
const MOST_METERS: u64 = 10_000;

/// Something to forecast, and its newest reading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub of: Of,
    pub subject: String,
    pub newest: Option<DateTime<Utc>>,
}

/// Everything that an organization wants to have forecast.
pub(super) async fn wanted(tx: &mut TenantTx) -> Result<Vec<Found>, ForecastsError> {
    let of_building = meters(tx).await?;
    let sensors = compared(tx).await?;
    let mut ids: Vec<&str> = of_building.values().flatten().map(String::as_str).collect();
    ids.extend(sensors.iter().map(String::as_str));
    let last = readings::last(tx, &ids).await?;
    let newest = |ids: &[String]| {
        let last = ids.iter().filter_map(|id| last.get(id));
        last.map(readings::Point::at).max()
    };
    let buildings = of_building.iter().map(|(building, ids)| Found {
        of: Of::Building,
        subject: building.clone(),
        newest: newest(ids),
    });
    let sensors = sensors.iter().map(|sensor| Found {
        of: Of::Sensor,
        subject: sensor.clone(),
        newest: newest(std::slice::from_ref(sensor)),
    });
    Ok(buildings.chain(sensors).collect())
}

/// The energy meters of each building. An organization with more than are looked at has forecasts of the buildings
/// of those alone.
async fn meters(tx: &mut TenantTx) -> Result<BTreeMap<String, Vec<String>>, ForecastsError> {
    let filter = DocumentFilter {
        one_of: vec![("kind", Carrier::ALL.map(Carrier::name).to_vec())],
        order: DocumentOrder::ById,
        ..DocumentFilter::default()
    };
    let mut of_building: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in all(tx, ModelName::Sensors, filter, MOST_METERS).await? {
        let sensor = sensors::resource(&row)?;
        if sensor.mode != Mode::Instantaneous {
            let meters = of_building.entry(sensor.building_id).or_default();
            meters.push(sensor.id);
        }
    }
    Ok(of_building)
}

/// Sensors whose readings some rule compares with their forecast.
async fn compared(tx: &mut TenantTx) -> Result<BTreeSet<String>, ForecastsError> {
    let mut targets = Vec::new();
    let filter = DocumentFilter {
        equal: vec![
            ("kind", "forecastDeviation".to_owned()),
            (alert_rules::DELETED, "false".to_owned()),
        ],
        ..DocumentFilter::default()
    };
    for row in all(tx, ModelName::AlertRules, filter, MOST).await? {
        let rule = alert_rules::resource(&row)?;
        let definition = rule.map(|rule| rule.definition);
        let compares = |condition: &Condition| matches!(condition, Condition::ForecastDeviation(_));
        let definition = definition.filter(|one| one.enabled && compares(&one.condition));
        targets.extend(definition.map(|definition| definition.target));
    }
    let mut sensors = BTreeSet::new();
    for target in targets {
        sensors.extend(of_target(tx, target).await?);
        if sensors.len() as u64 >= MOST {
            break;
        }
    }
    Ok(sensors)
}

async fn of_target(tx: &mut TenantTx, target: Target) -> Result<Vec<String>, ForecastsError> {
    if let Some(sensor) = target.sensor_id {
        return Ok(vec![sensor]);
    }
    let (Some(building), Some(kind)) = (target.building_id, target.sensor_kind) else {
        return Ok(Vec::new());
    };
    let filter = DocumentFilter {
        owner: Some(building),
        equal: vec![("kind", kind)],
        ..DocumentFilter::default()
    };
    let rows = all(tx, ModelName::Sensors, filter, MOST).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn all(
    tx: &mut TenantTx,
    model: ModelName,
    filter: DocumentFilter,
    most: u64,
) -> Result<Vec<documents::DocumentRow>, ForecastsError> {
    let mut rows = Vec::new();
    loop {
        let filter = DocumentFilter {
            limit: PAGE,
            offset: rows.len() as u64,
            ..filter.clone()
        };
        let page = documents::list(tx, model, &filter).await?;
        let got = page.items.len();
        rows.extend(page.items);
        if got < PAGE as usize || rows.len() as u64 >= most {
            return Ok(rows);
        }
    }
}
