//! Commands to buildings, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use super::{Change, Register};
use crate::values::{BuildingId, FromJson, Invalid, Slug, Token};
use crate::{FieldError, Fields};

/// The kind of a building of which nothing is said.
const DEFAULT_KIND: &str = "building";

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &[
    "status",
    "energy",
    "openAlerts",
    "createdAt",
    "updatedAt",
    "revision",
    "position",
];

/// A registration, and the id if the caller chose one.
#[derive(Clone, Debug, PartialEq)]
pub struct Registration {
    pub id: Option<BuildingId>,
    pub register: Register,
}

/// An id that is being given: reserved words are refused.
struct NewId(Slug);

impl FromJson for NewId {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let slug = Slug::from_json(value)?;
        Slug::parse_new(slug.as_str()).map(Self)
    }
}

/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_registration(body: &Map<String, Value>) -> Result<Registration, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let id: Option<NewId> = fields.optional("id");
    let name = fields.required("name");
    let kind = fields.optional("kind").map_or_else(default_kind, Some);
    let address = fields.optional("address");
    let (lat, lon) = (fields.optional("lat"), fields.optional("lon"));
    let (area, timezone) = (fields.optional("area"), fields.optional("timezone"));
    fields.read_only(READ_ONLY);
    let register = name.zip(kind).map(|(name, kind)| Register {
        name,
        kind,
        address,
        lat,
        lon,
        area,
        timezone,
    });
    let id = id.map(|NewId(slug)| slug);
    fields.finish(register.map(|register| Registration { id, register }))
}

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_change(body: &Map<String, Value>) -> Result<Change, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let change = Change {
        name: fields.replaced("name"),
        kind: fields.replaced("kind"),
        address: fields.patch("address"),
        lat: fields.patch("lat"),
        lon: fields.patch("lon"),
        area: fields.patch("area"),
        timezone: fields.patch("timezone"),
    };
    fields.read_only(&["id"]);
    fields.read_only(READ_ONLY);
    fields.finish(Some(change))
}

fn default_kind() -> Option<Token> {
    Token::parse(DEFAULT_KIND).ok()
}
