//! One reading as a JSON object.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Place;
use super::gathered::{Gathering, Parts};
use crate::readings::Quality;
use crate::values::{FromJson, Invalid, number, string};

/// An object with nothing wrong, in either spelling.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sound<'a> {
    #[serde(borrow, default, alias = "sensor_id")]
    sensor_id: Option<Cow<'a, str>>,
    #[serde(borrow, alias = "time")]
    timestamp: Cow<'a, str>,
    value: f64,
    #[serde(default)]
    quality: Option<Reported>,
}

/// What a sender may say of a value. Corrections have a way of their own.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Reported {
    Measured,
    Estimated,
}

/// Reads an object. What is wrong with one that isn't sound is found out a second time, slowly and
/// by field.
pub(super) fn take(text: &[u8], place: Place, into: &mut Gathering) {
    let Ok(sound) = serde_json::from_slice::<Sound<'_>>(text) else {
        return explain(text, place, into);
    };
    let parts = Parts {
        sensor: sound.sensor_id.as_deref(),
        time: &sound.timestamp,
        value: sound.value,
        quality: match sound.quality {
            None | Some(Reported::Measured) => Quality::Measured,
            Some(Reported::Estimated) => Quality::Estimated,
        },
    };
    into.add(place, &parts);
}

fn explain(text: &[u8], place: Place, into: &mut Gathering) {
    let object = match serde_json::from_slice::<Value>(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return into.wrong(place, "", "must be an object"),
        Err(error) => return into.wrong(place, "", format!("is no JSON object: {error}")),
    };
    let before = into.errors();
    missing(&object, place, into);
    for (name, value) in &object {
        let checked = match name.as_str() {
            "sensorId" | "sensor_id" => string(value).map(drop),
            "timestamp" | "time" => string(value).map(drop),
            "value" => number(value).map(drop),
            "quality" => Reported::from_json(value).map(drop),
            _ => Invalid::because("is not known here"),
        };
        if let Err(error) = checked {
            let short: String = name.chars().take(64).collect();
            into.wrong(place, &short.replace('~', "~0").replace('/', "~1"), error);
        }
    }
    if into.errors() == before {
        into.wrong(place, "", "names a field twice");
    }
}

fn missing(object: &Map<String, Value>, place: Place, into: &mut Gathering) {
    let has = |names: &[&str]| names.iter().any(|name| object.contains_key(*name));
    if !has(&["timestamp", "time"]) {
        into.wrong(place, "timestamp", "is required");
    }
    if !has(&["value"]) {
        into.wrong(place, "value", "is required");
    }
}

impl FromJson for Reported {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Null => Ok(Self::Measured),
            _ => Self::named(string(value)?),
        }
    }
}

impl Reported {
    fn named(text: &str) -> Result<Self, Invalid> {
        match text {
            "measured" => Ok(Self::Measured),
            "estimated" => Ok(Self::Estimated),
            _ => Invalid::because("must be measured or estimated"),
        }
    }
}

/// A quality as a text of a CSV field; empty says nothing.
pub(super) fn quality(text: &str) -> Result<Quality, Invalid> {
    if text.is_empty() {
        return Ok(Quality::Measured);
    }
    Ok(match Reported::named(text)? {
        Reported::Measured => Quality::Measured,
        Reported::Estimated => Quality::Estimated,
    })
}
