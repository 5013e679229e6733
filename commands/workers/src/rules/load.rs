//! Organizations, read from the read models once these are where the log is.

use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;
use flowgrid_bus::{Position, Tenant};
use flowgrid_domain::rules::Definition;
use flowgrid_domain::sensors::SensorResource;
use flowgrid_projections::documents::{DocumentFilter, DocumentOrder, DocumentRow};
use flowgrid_projections::{ModelName, ReadError, ReadModels, TenantTx};
use flowgrid_projections::{alert_rules, buildings, documents, sensors};

use super::RulesError;
use super::engine::{Building, Organization, Rule, Sensor};

/// Rows read at once.
const AT_ONCE: u32 = 500;
/// More of them are not looked at: an organization with more needs another way.
const MOST: u64 = 200_000;
/// How long read models may take to get to where the log is.
const PATIENCE: Duration = Duration::from_secs(20);
const MODELS: [ModelName; 4] = [
    ModelName::AlertRules,
    ModelName::Sensors,
    ModelName::Buildings,
    ModelName::Alerts,
];

/// An organization as it is at `position` of the log of its rules, or later.
pub(super) async fn organization(
    read: &ReadModels,
    tenant: &Tenant,
    position: Position,
) -> Result<Organization, RulesError> {
    if position.n > 0 {
        read.wait_for(&MODELS[..3], position, PATIENCE).await?;
    }
    let mut tx = read.begin(tenant, &MODELS).await?;
    let mut organization = Organization::new(tenant.clone());
    let filter = buildings_filter();
    let mut offset = 0;
    loop {
        let filter = buildings::Filter {
            offset,
            ..filter.clone()
        };
        let page = buildings::list(&mut tx, &filter).await?;
        offset += page.items.len() as u64;
        for building in &page.items {
            let zone = building.timezone.as_deref();
            let zone = zone.and_then(|name| Tz::from_str(name).ok());
            let known = Building {
                zone: zone.unwrap_or(Tz::UTC),
                revision: building.revision,
            };
            let id = (*building.id).into();
            organization.buildings.insert(id, known);
        }
        if page.items.len() < AT_ONCE as usize || offset >= MOST {
            break;
        }
    }
    each(&mut tx, ModelName::Sensors, |row| {
        organization.add_sensor(sensor(sensors::resource(row)?, row));
        Ok(())
    })
    .await?;
    each(&mut tx, ModelName::AlertRules, |row| {
        if let Some(rule) = alert_rules::resource(row)? {
            organization.add_rule(known(rule.definition, row));
        }
        Ok(())
    })
    .await?;
    Ok(organization)
}

fn known(definition: Definition, row: &DocumentRow) -> Rule {
    Rule::new(&row.id, definition, row.revision, row.created_at)
}

fn sensor(shown: SensorResource, row: &DocumentRow) -> Sensor {
    let removed = row
        .body
        .get("removed")
        .is_some_and(|removed| removed == true);
    let calibrations = shown.calibrations.iter();
    Sensor::new(
        &row.id,
        (&shown.building_id, &shown.name, &shown.kind, &shown.unit),
        calibrations
            .map(|one| (one.valid_from, one.factor, one.offset))
            .collect(),
        !removed,
        row.created_at,
        row.revision,
    )
}

fn buildings_filter() -> buildings::Filter {
    buildings::Filter {
        limit: AT_ONCE,
        ..buildings::Filter::default()
    }
}

async fn each(
    tx: &mut TenantTx,
    model: ModelName,
    mut take: impl FnMut(&DocumentRow) -> Result<(), ReadError>,
) -> Result<(), ReadError> {
    let mut filter = DocumentFilter {
        order: DocumentOrder::ById,
        limit: AT_ONCE,
        ..DocumentFilter::default()
    };
    loop {
        let page = documents::list(tx, model, &filter).await?;
        page.items.iter().try_for_each(&mut take)?;
        filter.offset += page.items.len() as u64;
        if page.items.len() < AT_ONCE as usize || filter.offset >= MOST {
            return Ok(());
        }
    }
}
