//! Tariffs, read from JSON bodies with camelCase names.

mod parts;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use self::parts::{Buildings, Currency, Date, Dates, read_co2, read_fee, read_feed_in, read_rate};
use super::{Carrier, Definition, FeedIn};
use crate::values::{FromJson, Invalid, Line, Slug, string};
use crate::{FieldError, Fields};

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &["createdAt", "updatedAt", "revision", "position"];
/// As many as bills have lines.
const MOST_RATES: usize = 64;
/// More windows than a schedule of months and hours needs.
const MOST_WINDOWS: usize = 100;

/// A tariff, and its id if the caller chose one.
#[derive(Clone, Debug, PartialEq)]
pub struct TariffCreation {
    pub id: Option<Slug>,
    pub definition: Definition,
}

/// An id that is being given: reserved words are refused.
struct NewId(Slug);

impl FromJson for NewId {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let slug = Slug::from_json(value)?;
        Slug::parse_new(slug.as_str()).map(Self)
    }
}

impl FromJson for Carrier {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let names = Self::ALL.map(Self::as_str).join(", ");
        Self::named(string(value)?)
            .map_or_else(|| Invalid::because(format!("must be one of {names}")), Ok)
    }
}

/// Reads a tariff. It is for all buildings, without end, and pays nothing for what is fed in,
/// unless the body says something else.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_tariff(body: &Map<String, Value>) -> Result<TariffCreation, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let id: Option<NewId> = fields.optional("id");
    let name: Option<Line<200>> = fields.required("name");
    let carrier: Option<Carrier> = fields.required("carrier");
    let currency: Option<Currency> = fields.required("currency");
    let valid_from: Option<Date> = fields.required("validFrom");
    let valid_until: Option<Date> = fields.optional("validUntil");
    let buildings: Option<Buildings> = fields.optional("buildingIds");
    let holidays: Option<Dates> = fields.optional("holidays");
    if !fields.holds("energy") {
        fields.wrong("energy", "is required");
    }
    let energy = all::<MOST_RATES, _>(&mut fields, "energy", read_rate);
    let demand = all::<MOST_RATES, _>(&mut fields, "demand", read_rate);
    let fees = all::<MOST_RATES, _>(&mut fields, "fees", read_fee);
    let feed_in = part(&mut fields, "feedIn", read_feed_in).unwrap_or(FeedIn::UNPAID);
    let co2 = part(&mut fields, "co2", read_co2);
    fields.read_only(READ_ONLY);
    let definition = (|| {
        Some(Definition {
            name: name?.into(),
            carrier: carrier?,
            currency: currency?.0,
            valid_from: valid_from?.0,
            valid_until: valid_until.map(|Date(date): Date| -> NaiveDate { date }),
            building_ids: buildings.map_or_else(Vec::new, |all| all.0),
            holidays: holidays.map_or_else(Vec::new, |all| all.0),
            energy,
            demand,
            fees,
            feed_in,
            co2,
        })
    })();
    let id = id.map(|NewId(slug)| slug);
    fields.finish(definition.map(|definition| TariffCreation { id, definition }))
}

type Read<T> = Result<T, Vec<FieldError>>;

/// Objects in an array, at most `MOST`.
struct Objects<const MOST: usize>(Vec<Map<String, Value>>);

impl<const MOST: usize> FromJson for Objects<MOST> {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let objects = value.as_array().filter(|all| all.len() <= MOST);
        let objects = objects.and_then(|all| {
            let each = all.iter().map(|one| one.as_object().cloned());
            each.collect::<Option<Vec<_>>>()
        });
        objects.map(Self).map_or_else(
            || Invalid::because(format!("must be an array of at most {MOST} objects")),
            Ok,
        )
    }
}

/// The objects of an array within the body, none where it is absent or null.
fn all<const MOST: usize, T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl Fn(&Map<String, Value>) -> Read<T>,
) -> Vec<T> {
    let objects: Option<Objects<MOST>> = fields.optional(name);
    let mut found = Vec::new();
    for (at, object) in objects.iter().flat_map(|all| &all.0).enumerate() {
        match read(object) {
            Ok(one) => found.push(one),
            Err(errors) => fields.absorb(below(&format!("/{name}/{at}"), errors)),
        }
    }
    found
}

/// An object within the body; null is as good as absent.
fn part<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl FnOnce(&Map<String, Value>) -> Read<T>,
) -> Option<T> {
    match read(fields.object(name)?) {
        Ok(part) => Some(part),
        Err(errors) => {
            fields.absorb(below(&format!("/{name}"), errors));
            None
        }
    }
}

/// The same errors, of what stands deeper in the body.
fn below(place: &str, errors: Vec<FieldError>) -> Vec<FieldError> {
    let moved = errors.into_iter();
    moved
        .map(|error| FieldError::new(format!("{place}{}", error.pointer), error.detail))
        .collect()
}
