//! Whether what a rule names is there: its sensors and building, and whom it tells.
//!
//! These are rules between aggregates, looked at before the command: what goes away later is simply no
//! longer looked at, or told.

use flowgrid_domain::FieldError;
use flowgrid_domain::buildings::Building;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::rules::{Condition, Definition, Expression, Recipients};
use flowgrid_domain::sensors::Sensor;
use flowgrid_projections::ModelName;
use flowgrid_projections::alert_rules::DELETED;
use flowgrid_projections::documents::{self, DocumentFilter};

use crate::context::{Access, Level};
use crate::error::ApiError;

/// An organization has no more rules than this: whoever evaluates them holds them all.
const MOST_RULES: u64 = 10_000;

pub async fn check_room<L: Level>(access: &Access<L>) -> Result<(), ApiError> {
    let filter = DocumentFilter {
        equal: vec![(DELETED, "false".to_owned())],
        ..DocumentFilter::default()
    };
    let mut tx = access.query(&[ModelName::AlertRules]).await?;
    let page = documents::list(&mut tx, ModelName::AlertRules, &filter).await?;
    drop(tx);
    if page.total < MOST_RULES {
        return Ok(());
    }
    Err(ApiError::Refused {
        code: "too-many-rules",
        detail: format!("an organization has at most {MOST_RULES} alert rules").into(),
    })
}

/// Fills in the building of a sensor.
pub async fn check<L: Level>(access: &Access<L>, rule: &mut Definition) -> Result<(), ApiError> {
    if let Some(sensor) = rule.target.sensor_id.clone() {
        let building = building_of(access, &sensor).await?;
        let building = building.ok_or_else(|| wrong("/target/sensorId", "names no sensor"))?;
        let named = rule.target.building_id.replace(building.clone());
        if named.is_some_and(|named| named != building) {
            return Err(wrong("/target/buildingId", "is not the sensor's building"));
        }
    } else if let Some(building) = &rule.target.building_id {
        check_building(access, building).await?;
    }
    if let (Condition::Expression(formula), Some(building)) =
        (&rule.condition, &rule.target.building_id)
    {
        check_expression(access, &formula.expression, building).await?;
    }
    check_members(access, "/notify/members", &rule.notify).await?;
    if let Some(escalation) = &rule.escalation {
        check_members(access, "/escalation/notify/members", &escalation.notify).await?;
    }
    Ok(())
}

async fn check_building<L: Level>(access: &Access<L>, id: &str) -> Result<(), ApiError> {
    let building = access.load::<Building>(id, None).await?;
    match building.map(|loaded| loaded.state) {
        Some(Building::Active(_)) => Ok(()),
        Some(Building::Retired(_)) => Err(wrong("/target/buildingId", "is retired")),
        Some(Building::Unregistered) | None => {
            Err(wrong("/target/buildingId", "names no building"))
        }
    }
}

/// The building of a sensor that measures; `None` where there is none.
async fn building_of<L: Level>(access: &Access<L>, id: &str) -> Result<Option<String>, ApiError> {
    let loaded = access.load::<Sensor>(id, None).await?;
    Ok(match loaded.map(|loaded| loaded.state) {
        Some(Sensor::Installed(details)) => Some(details.installed.building_id),
        Some(Sensor::Removed(_) | Sensor::Absent) | None => None,
    })
}

async fn check_expression<L: Level>(
    access: &Access<L>,
    text: &str,
    building: &str,
) -> Result<(), ApiError> {
    let field = "/condition/expression";
    let expression = Expression::compile(text).map_err(|invalid| wrong(field, invalid.0))?;
    for sensor in expression.sensors() {
        if building_of(access, sensor).await?.as_deref() != Some(building) {
            let detail = format!("{sensor:?} names no sensor of the building");
            return Err(wrong(field, detail));
        }
    }
    Ok(())
}

async fn check_members<L: Level>(
    access: &Access<L>,
    field: &str,
    recipients: &Recipients,
) -> Result<(), ApiError> {
    for member in &recipients.members {
        let loaded = access.load::<Membership>(member, None).await?;
        let Some(Membership::Active(_)) = loaded.map(|loaded| loaded.state) else {
            return Err(wrong(field, format!("{member:?} names no member")));
        };
    }
    Ok(())
}

fn wrong(pointer: &str, detail: impl Into<String>) -> ApiError {
    ApiError::Invalid(vec![FieldError::new(pointer, detail)])
}
