//! Commands to sensors, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use super::command::{Calibration, Change, Install, SensorId};
use super::{Mode, Unit};
use crate::values::{FromJson, Invalid, Slug, number};
use crate::{FieldError, Fields};

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &[
    "status",
    "lastReading",
    "calibrations",
    "createdAt",
    "updatedAt",
    "revision",
    "position",
];

/// An installation, and the id if the caller chose one.
#[derive(Clone, Debug, PartialEq)]
pub struct Installation {
    pub id: Option<SensorId>,
    pub install: Install,
}

/// An id that is being given: reserved words are refused.
struct NewId(Slug);

impl FromJson for NewId {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let slug = Slug::from_json(value)?;
        Slug::parse_new(slug.as_str()).map(Self)
    }
}

/// A number that may be negative.
struct Finite(f64);

impl FromJson for Finite {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match number(value)? {
            number if number.abs() <= 1e12 => Ok(Self(number)),
            _ => Invalid::because("must be between -1000000000000 and 1000000000000"),
        }
    }
}

/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_installation(body: &Map<String, Value>) -> Result<Installation, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let id: Option<NewId> = fields.optional("id");
    let building = fields.required("buildingId");
    let name = fields.required("name");
    let kind = fields.required("kind");
    let unit: Option<Unit> = fields.required("unit");
    let mode: Option<Mode> = fields.required("mode");
    let period = fields.optional("periodSeconds");
    let parent = fields.optional("parentId");
    let direction = fields.optional("direction").unwrap_or_default();
    let register_size = fields.optional("registerSize");
    let calorific_value = fields.optional("calorificValue");
    let state_number = fields.optional("stateNumber");
    fields.read_only(READ_ONLY);
    let install = (|| {
        Some(Install {
            building: building?,
            name: name?,
            kind: kind?,
            unit: unit?,
            mode: mode?,
            period,
            parent,
            direction,
            register_size,
            calorific_value,
            state_number,
            time_zone: None,
        })
    })();
    let id = id.map(|NewId(slug)| slug);
    fields.finish(install.map(|install| Installation { id, install }))
}

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_change(body: &Map<String, Value>) -> Result<Change, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let mut change = Change {
        building: fields.replaced("buildingId"),
        unit: fields.replaced("unit"),
        mode: fields.replaced("mode"),
        name: fields.replaced("name"),
        kind: fields.replaced("kind"),
        direction: fields.replaced("direction"),
        period: fields.patch("periodSeconds"),
        parent: fields.patch("parentId"),
        register_size: fields.patch("registerSize"),
        calorific_value: fields.patch("calorificValue"),
        state_number: fields.patch("stateNumber"),
        calibration: None,
    };
    match fields.object("calibration").map(read_calibration) {
        Some(Ok(calibration)) => change.calibration = Some(calibration),
        Some(Err(errors)) => fields.absorb(errors),
        None => {}
    }
    fields.read_only(&["id"]);
    fields.read_only(READ_ONLY);
    fields.finish(Some(change))
}

fn read_calibration(object: &Map<String, Value>) -> Result<Calibration, Vec<FieldError>> {
    let mut fields = Fields::below("/calibration", object);
    let factor = fields.optional("factor").unwrap_or(Finite(1.0)).0;
    let offset = fields.optional("offset").unwrap_or(Finite(0.0)).0;
    let valid_from = fields.required("validFrom");
    if factor == 0.0 {
        fields.wrong("factor", "must not be 0");
    }
    fields.finish(valid_from.map(|valid_from| Calibration {
        factor,
        offset,
        valid_from,
    }))
}
