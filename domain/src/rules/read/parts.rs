//! The parts of a rule.

use serde_json::{Map, Value};

use super::super::schedule::{Clock, Weekdays};
use super::super::{
    Bounds, Clear, Condition, Damping, Definition, Deviation, Escalation, Formula, Hold,
    MOST_MEMBERS, Rate, Recipients, RuleKind, Schedule, Silence, Target,
};
use super::Read;
use crate::Fields;
use crate::alerts::{PersonId, Severity};
use crate::values::{FromJson, Invalid, Role, Slug, Text, Token, number};

/// The longest span that a rule waits or counts, in seconds.
const LONGEST: u32 = 30 * 86_400;

/// A whole number from `MIN` to `MAX`.
struct Whole<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> FromJson for Whole<MIN, MAX> {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let whole = value.as_u64().and_then(|n| u32::try_from(n).ok());
        match whole.filter(|n| (MIN..=MAX).contains(n)) {
            Some(n) => Ok(Self(n)),
            None => Invalid::because(format!("must be a whole number from {MIN} to {MAX}")),
        }
    }
}

/// Between -10¹² and 10¹².
struct Level(f64);

impl FromJson for Level {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match number(value)? {
            number if number.abs() <= 1e12 => Ok(Self(number)),
            _ => Invalid::because("must be between -1000000000000 and 1000000000000"),
        }
    }
}

/// Above 0, at most 10¹².
struct Above0(f64);

impl FromJson for Above0 {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match Level::from_json(value)? {
            Level(number) if number > 0.0 => Ok(Self(number)),
            Level(_) => Invalid::because("must be above 0"),
        }
    }
}

struct Members(Vec<String>);

impl FromJson for Members {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let Some(all) = value.as_array().filter(|all| all.len() <= MOST_MEMBERS) else {
            return Invalid::because(format!("must be an array of at most {MOST_MEMBERS} ids"));
        };
        let mut members = Vec::with_capacity(all.len());
        for one in all {
            let id = String::from(PersonId::from_json(one)?);
            if !members.contains(&id) {
                members.push(id);
            }
        }
        Ok(Self(members))
    }
}

struct Roles(Vec<Role>);

impl FromJson for Roles {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let known = Role::ALL.map(Role::as_str);
        let named = crate::values::some_of(value, &known)?;
        let all = Role::ALL.into_iter();
        Ok(Self(
            all.filter(|role| named.contains(&role.as_str())).collect(),
        ))
    }
}

/// A rule of which nothing more is said.
pub(super) fn bare(name: &str, condition: Condition, target: Target) -> Definition {
    Definition {
        name: name.to_owned(),
        condition,
        target,
        hold: Hold::default(),
        clear: None,
        severity: Severity::Medium,
        schedule: None,
        notify: Recipients::default(),
        escalation: None,
        auto_resolve: true,
        damping: None,
        enabled: true,
    }
}

pub(super) fn read_condition(kind: RuleKind, object: &Map<String, Value>) -> Read<Condition> {
    let mut fields = Fields::below("/condition", object);
    let read = match kind {
        RuleKind::Threshold => Some(Condition::Threshold(bounds(&mut fields))),
        RuleKind::RateOfChange => {
            let Bounds { above, below } = bounds(&mut fields);
            let per: Option<Whole<1, LONGEST>> = fields.optional("perSeconds");
            let per_seconds = per.map_or(3_600, |per| per.0);
            Some(Condition::RateOfChange(Rate {
                above,
                below,
                per_seconds,
            }))
        }
        RuleKind::NoData => {
            let span: Option<Whole<1, LONGEST>> = fields.required("forSeconds");
            span.map(|span| {
                Condition::NoData(Silence {
                    for_seconds: span.0,
                })
            })
        }
        RuleKind::ForecastDeviation => {
            let percent: Option<Above0> = fields.required("percent");
            let at_least: Option<Above0> = fields.optional("atLeast");
            let at_least = at_least.map(|least| least.0);
            percent.map(|percent| {
                Condition::ForecastDeviation(Deviation {
                    percent: percent.0,
                    at_least,
                })
            })
        }
        RuleKind::Expression => {
            let text: Option<Text<1000>> = fields.required("expression");
            text.map(|text| {
                Condition::Expression(Formula {
                    expression: text.into(),
                })
            })
        }
    };
    fields.finish(read)
}

fn bounds(fields: &mut Fields<'_>) -> Bounds {
    let above: Option<Level> = fields.optional("above");
    let below: Option<Level> = fields.optional("below");
    Bounds {
        above: above.map(|level| level.0),
        below: below.map(|level| level.0),
    }
}

pub(super) fn read_target(object: &Map<String, Value>) -> Read<Target> {
    let mut fields = Fields::below("/target", object);
    let building: Option<Slug> = fields.optional("buildingId");
    let sensor: Option<Slug> = fields.optional("sensorId");
    let kind: Option<Token> = fields.optional("sensorKind");
    fields.finish(Some(Target {
        building_id: building.map(Into::into),
        sensor_id: sensor.map(Into::into),
        sensor_kind: kind.map(Into::into),
    }))
}

pub(super) fn read_hold(object: &Map<String, Value>) -> Read<Hold> {
    let mut fields = Fields::below("/hold", object);
    let span: Option<Whole<0, LONGEST>> = fields.required("forSeconds");
    fields.finish(span.map(|span| Hold {
        for_seconds: span.0,
    }))
}

pub(super) fn read_clear(object: &Map<String, Value>) -> Read<Clear> {
    let mut fields = Fields::below("/clear", object);
    let Bounds { above, below } = bounds(&mut fields);
    let span: Option<Whole<0, LONGEST>> = fields.optional("forSeconds");
    fields.finish(Some(Clear {
        above,
        below,
        for_seconds: span.map_or(0, |span| span.0),
    }))
}

pub(super) fn read_schedule(object: &Map<String, Value>) -> Read<Schedule> {
    let mut fields = Fields::below("/schedule", object);
    let weekdays: Option<Weekdays> = fields.required("weekdays");
    let midnight = || Clock("00:00".to_owned());
    let from = fields.optional("from").unwrap_or_else(midnight).0;
    let to = fields.optional("to").unwrap_or_else(midnight).0;
    fields.finish(weekdays.map(|weekdays| Schedule {
        weekdays: weekdays.0,
        from,
        to,
    }))
}

pub(super) fn read_recipients(
    prefix: &'static str,
    object: &Map<String, Value>,
) -> Read<Recipients> {
    let mut fields = Fields::below(prefix, object);
    let members: Option<Members> = fields.optional("members");
    let roles: Option<Roles> = fields.optional("roles");
    let mail = fields.optional("mail").unwrap_or(false);
    fields.finish(Some(Recipients {
        members: members.map_or_else(Vec::new, |members| members.0),
        roles: roles.map_or_else(Vec::new, |roles| roles.0),
        mail,
    }))
}

pub(super) fn read_escalation(object: &Map<String, Value>) -> Read<Escalation> {
    let mut fields = Fields::below("/escalation", object);
    let after: Option<Whole<1, 10_080>> = fields.required("afterMinutes");
    let severity = fields.optional("severity");
    let notify = fields
        .object("notify")
        .map(|object| read_recipients("/escalation/notify", object));
    let notify = match notify {
        Some(Ok(notify)) => notify,
        Some(Err(errors)) => {
            fields.absorb(errors);
            Recipients::default()
        }
        None => Recipients::default(),
    };
    if notify.is_empty() && severity.is_none() {
        fields.wrong("notify", "names nobody, and no severity is set");
    }
    fields.finish(after.map(|after| Escalation {
        after_minutes: after.0,
        notify,
        severity,
    }))
}

pub(super) fn read_damping(object: &Map<String, Value>) -> Read<Damping> {
    let mut fields = Fields::below("/damping", object);
    let raises: Option<Whole<2, 50>> = fields.required("raises");
    let within: Option<Whole<60, LONGEST>> = fields.required("withinSeconds");
    fields.finish(raises.zip(within).map(|(raises, within)| Damping {
        raises: raises.0,
        within_seconds: within.0,
    }))
}
