//! Commands to alert rules, read from JSON bodies with camelCase names.

mod parts;

use serde_json::{Map, Value};

use self::parts::{
    bare, read_clear, read_condition, read_damping, read_escalation, read_hold, read_recipients,
    read_schedule, read_target,
};
use super::{Clear, Damping, Definition, Escalation, Hold, RuleChange, RuleKind, Schedule};
use crate::values::{FromJson, Invalid, Slug, string};
use crate::{FieldError, Fields, Patch};

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &["status", "createdAt", "updatedAt", "revision", "position"];

/// A rule, and its id if the caller chose one.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCreation {
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

impl FromJson for RuleKind {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let names = Self::ALL.map(Self::as_str).join(", ");
        Self::named(string(value)?)
            .map_or_else(|| Invalid::because(format!("must be one of {names}")), Ok)
    }
}

/// Reads a rule. It is `medium`, enabled, resolves its alerts and is damped unless the body says
/// something else.
///
/// # Errors
/// With everything that is wrong: missing, of another type, out of bounds, unknown.
pub fn read_rule(body: &Map<String, Value>) -> Result<RuleCreation, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let id: Option<NewId> = fields.optional("id");
    let missing = |name: &&str| body.get(*name).is_none_or(Value::is_null);
    let either = ["kind", "condition"];
    let needed = ["name", "target"].into_iter().filter(missing);
    // Where one of the two is missing, the other says so.
    let both = either.into_iter().filter(|_| either.iter().all(missing));
    for name in needed.chain(both) {
        fields.wrong(name, "is required");
    }
    let change = read_parts(&mut fields);
    fields.read_only(READ_ONLY);
    let definition = match &change {
        RuleChange {
            name: Some(name),
            condition: Some(condition),
            target: Some(target),
            damping,
            ..
        } => {
            let mut blank = bare(name.as_str(), condition.clone(), target.clone());
            blank.damping = match damping {
                Patch::Absent => Some(Damping::USUAL),
                Patch::Clear | Patch::Set(_) => None,
            };
            Some(change.over(&blank))
        }
        _ => None,
    };
    let id = id.map(|NewId(slug)| slug);
    fields.finish(definition.map(|definition| RuleCreation { id, definition }))
}

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_rule_change(body: &Map<String, Value>) -> Result<RuleChange, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let change = read_parts(&mut fields);
    fields.read_only(&["id"]);
    fields.read_only(READ_ONLY);
    fields.finish(Some(change))
}

fn read_parts(fields: &mut Fields<'_>) -> RuleChange {
    let hold: Option<Hold> = part(fields, "hold", read_hold);
    let clear: Patch<Clear> = patch(fields, "clear", read_clear);
    let schedule: Patch<Schedule> = patch(fields, "schedule", read_schedule);
    let escalation: Patch<Escalation> = patch(fields, "escalation", read_escalation);
    RuleChange {
        name: fields.replaced("name"),
        condition: condition(fields),
        target: part(fields, "target", read_target),
        hold,
        clear,
        severity: fields.replaced("severity"),
        schedule,
        notify: part(fields, "notify", |object| {
            read_recipients("/notify", object)
        }),
        escalation,
        auto_resolve: fields.replaced("autoResolve"),
        damping: patch(fields, "damping", read_damping),
        enabled: fields.replaced("enabled"),
    }
}

/// The two only mean something together.
fn condition(fields: &mut Fields<'_>) -> Option<super::Condition> {
    let kind: Option<RuleKind> = fields.replaced("kind");
    let object = fields.object("condition");
    match (kind, object) {
        (Some(kind), Some(object)) => match read_condition(kind, object) {
            Ok(condition) => Some(condition),
            Err(errors) => {
                fields.absorb(errors);
                None
            }
        },
        (Some(_), None) => {
            fields.wrong("condition", "is required with kind");
            None
        }
        (None, Some(_)) if !fields.holds("kind") => {
            fields.wrong("kind", "is required with condition");
            None
        }
        (None, Some(_) | None) => None,
    }
}

type Read<T> = Result<T, Vec<FieldError>>;

/// An object within the body; null is as good as absent.
fn part<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl FnOnce(&Map<String, Value>) -> Read<T>,
) -> Option<T> {
    match read(fields.object(name)?) {
        Ok(part) => Some(part),
        Err(errors) => {
            fields.absorb(errors);
            None
        }
    }
}

/// The same where null means that there is none.
fn patch<T>(
    fields: &mut Fields<'_>,
    name: &'static str,
    read: impl FnOnce(&Map<String, Value>) -> Read<T>,
) -> Patch<T> {
    let read = part(fields, name, read);
    if fields.is_null(name) {
        return Patch::Clear;
    }
    read.map_or(Patch::Absent, Patch::Set)
}
