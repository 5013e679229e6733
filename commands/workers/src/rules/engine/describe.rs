//! What alerts of rules say. Words follow from the rule and the readings, with the units.

use chrono::{DateTime, SecondsFormat, Utc};
use flowgrid_domain::rules::evaluate::Decision;
use flowgrid_domain::rules::{Bounds, Condition, Definition, Rate};

use super::super::deed::{Deed, Words};
use super::organization::Rule;
use super::sensor::Sensor;

/// The longest title of an alert, in characters.
const LONGEST_TITLE: usize = 200;

/// An alert is raised.
pub(super) fn raised(
    definition: &Definition,
    source: &str,
    sensor: Option<&Sensor>,
    decision: Decision,
    value: Option<f64>,
) -> Deed {
    let (since, at, flapping) = match decision {
        Decision::Raise {
            since,
            at,
            flapping,
        } => (since, at, flapping),
        Decision::Clear { since, at } => (since, at, false),
    };
    let name = sensor.map_or(source, |sensor| &sensor.name);
    let title = format!("{}: {name}", definition.name);
    let building = sensor.map(|sensor| sensor.building.to_string());
    Deed::Raise {
        since,
        at,
        words: Words {
            alert_type: definition.condition.kind().as_str().to_owned(),
            severity: definition.severity,
            title: title.chars().take(LONGEST_TITLE).collect(),
            message: message(definition, sensor, since, value, flapping),
        },
        building_id: building.or_else(|| definition.target.building_id.clone()),
        notify: definition.notify.clone(),
        escalation: definition.escalation.clone(),
    }
}

/// What it was about is over.
pub(super) fn cleared(definition: &Definition, since: DateTime<Utc>, at: DateTime<Utc>) -> Deed {
    Deed::Clear {
        since: Some(since),
        at,
        alert_type: Some(definition.condition.kind().as_str().to_owned()),
        note: format!("No longer so since {}.", time(at)),
    }
}

/// By which the alerts of a rule are told from others of their source.
pub(super) fn alert_type(rule: &Rule) -> String {
    rule.definition.condition.kind().as_str().to_owned()
}

fn message(
    definition: &Definition,
    sensor: Option<&Sensor>,
    since: DateTime<Utc>,
    value: Option<f64>,
    flapping: bool,
) -> String {
    let unit = sensor.map_or("", |sensor| &sensor.unit);
    let mut said = match (&definition.condition, value) {
        (Condition::Threshold(bounds), Some(value)) => {
            format!("{} {unit}, {}", number(value), beyond(*bounds, unit))
        }
        (Condition::Threshold(bounds), None) => beyond(*bounds, unit),
        (Condition::RateOfChange(rate), value) => {
            let now = value.map(|value| format!(" to {} {unit}", number(value)));
            let Rate {
                above,
                below,
                per_seconds,
            } = *rate;
            let bounds = Bounds { above, below };
            let now = now.unwrap_or_default();
            format!(
                "Changed{now}, by {} in {per_seconds} s",
                beyond(bounds, unit)
            )
        }
        (Condition::NoData(silence), _) => {
            format!("Nothing has come for {} s", silence.for_seconds)
        }
        (Condition::ForecastDeviation(deviation), value) => {
            let now = value.map(|value| format!("{} {unit}, ", number(value)));
            let now = now.unwrap_or_default();
            format!(
                "{now}more than {} % from the forecast",
                number(deviation.percent)
            )
        }
        (Condition::Expression(formula), _) => format!("{} is true", formula.expression),
    };
    said.push_str(&format!(", since {}.", time(since)));
    if flapping {
        said.push_str(" It goes up and down: the alert stays until it is calm.");
    }
    said
}

fn beyond(bounds: Bounds, unit: &str) -> String {
    let above = bounds
        .above
        .map(|bound| format!("above {} {unit}", number(bound)));
    let below = bounds
        .below
        .map(|bound| format!("below {} {unit}", number(bound)));
    let both: Vec<String> = above.into_iter().chain(below).collect();
    both.join(" or ")
}

/// To three places behind the point, without the zeros at the end.
fn number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
