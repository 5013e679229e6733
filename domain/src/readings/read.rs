//! Corrections, read from a JSON body with camelCase names.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::Corrections;
use super::intake::{MOST_ERRORS, reading_time};
use crate::values::{FromJson, Invalid, Slug, Text, number, string};
use crate::{FieldError, Fields};

/// The most values that one request replaces, and the most readings that it voids.
pub const MOST_CORRECTIONS: usize = 10_000;

/// A list of at most [`MOST_CORRECTIONS`].
#[derive(Default)]
struct Items(Vec<Value>);

impl FromJson for Items {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Array(items) if items.len() > MOST_CORRECTIONS => {
                Invalid::because(format!("must be at most {MOST_CORRECTIONS}"))
            }
            Value::Array(items) => Ok(Self(items.clone())),
            _ => Invalid::because("must be an array"),
        }
    }
}

/// Reads corrections; `now` is what the future begins after.
///
/// # Errors
/// With what is wrong, at most 100 of it: missing, of another type, out of bounds, unknown, given twice.
pub fn read_corrections(
    body: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Corrections, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let reason: Option<Text<500>> = fields.required("reason");
    let Items(replace) = fields.optional("replace").unwrap_or_default();
    let Items(void) = fields.optional("void").unwrap_or_default();
    if replace.is_empty() && void.is_empty() {
        fields.wrong("replace", "must hold something, or void must");
    }
    let reason = fields.finish(reason)?;
    let mut reader = Reader::at(now);
    for (at, item) in replace.iter().enumerate() {
        if let Some((sensor, time, Some(value))) = reader.item("replace", at, item, true) {
            reader.found.replace.push((sensor, time, value));
        }
    }
    for (at, item) in void.iter().enumerate() {
        if let Some((sensor, time, _)) = reader.item("void", at, item, false) {
            reader.found.void.push((sensor, time));
        }
    }
    reader.found.reason = reason.into();
    if reader.errors.is_empty() {
        Ok(reader.found)
    } else {
        Err(reader.errors)
    }
}

struct Reader {
    now: DateTime<Utc>,
    places: HashMap<String, usize>,
    seen: HashSet<(usize, DateTime<Utc>)>,
    found: Corrections,
    errors: Vec<FieldError>,
}

impl Reader {
    fn at(now: DateTime<Utc>) -> Self {
        Self {
            now,
            places: HashMap::new(),
            seen: HashSet::new(),
            found: Corrections {
                reason: String::new(),
                sensors: Vec::new(),
                replace: Vec::new(),
                void: Vec::new(),
            },
            errors: Vec::new(),
        }
    }

    /// Sensor, time and, where it must have one, value of an item; `None` where something is wrong.
    fn item(
        &mut self,
        list: &str,
        at: usize,
        item: &Value,
        with_value: bool,
    ) -> Option<(usize, DateTime<Utc>, Option<f64>)> {
        let pointer = format!("/{list}/{at}");
        let Some(object) = item.as_object() else {
            return self.wrong(&pointer, "", "must be an object");
        };
        self.refuse_unknown(&pointer, object, with_value);
        let of = |names: &[&str]| names.iter().find_map(|name| object.get(*name));
        let required = || Invalid("is required".to_owned());
        let id = of(&["sensorId", "sensor_id"]).ok_or_else(required);
        let time = of(&["timestamp", "time"]).ok_or_else(required);
        let value = object.get("value").ok_or_else(required);
        let id = self.keep(&pointer, "sensorId", id.and_then(Slug::from_json));
        let now = self.now;
        let time = time
            .and_then(string)
            .and_then(|text| reading_time(text, now));
        let time = self.keep(&pointer, "timestamp", time);
        let value = if with_value {
            Some(self.keep(&pointer, "value", value.and_then(number))?)
        } else {
            None
        };
        let (id, time) = (id?, time?);
        let sensor = self.place(id.as_str(), &pointer);
        if !self.seen.insert((sensor, time)) {
            return self.wrong(&pointer, "timestamp", "is given twice");
        }
        Some((sensor, time, value))
    }

    fn refuse_unknown(&mut self, pointer: &str, object: &Map<String, Value>, with_value: bool) {
        let known = |name: &str| match name {
            "sensorId" | "sensor_id" | "timestamp" | "time" => true,
            "value" => with_value,
            _ => false,
        };
        for name in object.keys().filter(|name| !known(name)) {
            let short: String = name.chars().take(64).collect();
            let field = short.replace('~', "~0").replace('/', "~1");
            self.wrong::<()>(pointer, &field, "is not known here");
        }
    }

    fn place(&mut self, id: &str, pointer: &str) -> usize {
        if let Some(at) = self.places.get(id) {
            return *at;
        }
        let at = self.found.sensors.len();
        let first = format!("{pointer}/sensorId");
        self.found.sensors.push((id.to_owned(), first));
        self.places.insert(id.to_owned(), at);
        at
    }

    fn keep<T>(&mut self, pointer: &str, field: &str, read: Result<T, Invalid>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(Invalid(detail)) => self.wrong(pointer, field, detail),
        }
    }

    fn wrong<T>(&mut self, pointer: &str, field: &str, detail: impl Into<String>) -> Option<T> {
        if self.errors.len() < MOST_ERRORS {
            let pointer = match field {
                "" => pointer.to_owned(),
                field => format!("{pointer}/{field}"),
            };
            self.errors.push(FieldError::new(pointer, detail));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::readings::{MOST_POINTS, ReadingsEvent};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn read(body: &Value) -> Result<Corrections, Vec<FieldError>> {
        read_corrections(body.as_object().unwrap(), now())
    }

    #[test]
    fn corrections_become_an_event_for_each_building() {
        let body = json!({
            "reason": " swapped ",
            "replace": [{"sensorId": "a", "timestamp": "2026-05-01T00:00:00Z", "value": 1},
                {"sensor_id": "b", "time": "2026-05-01T00:00:00Z", "value": 2},
                {"sensorId": "a", "timestamp": "2026-05-01T01:00:00Z", "value": 3}],
            "void": [{"sensorId": "c", "timestamp": "2026-05-01T00:00:00Z"}],
        });
        let found = read(&body).unwrap();
        assert_eq!(found.sensors(), ["a", "b", "c"]);
        assert_eq!((found.replaced(), found.voided()), (3, 1));
        let events = found.to_events(&["school", "hall", "school"]);
        let said = serde_json::to_value(
            events
                .iter()
                .map(|(building, event)| match event {
                    ReadingsEvent::Corrected(one) => (building, serde_json::to_value(one).unwrap()),
                    ReadingsEvent::Recorded(one) => (building, serde_json::to_value(one).unwrap()),
                })
                .collect::<Vec<_>>(),
        );
        let series = |id: &str, points: Value| json!({"sensorId": id, "quality": "corrected", "start": "2026-05-01T00:00:00Z", "points": points});
        let expected = json!([
            ["hall", {"series": [series("b", json!([[0, 2.0]]))], "voided": [], "reason": "swapped"}],
            ["school", {"series": [series("a", json!([[0, 1.0], [3_600_000, 3.0]]))],
                "voided": [{"sensorId": "c", "times": ["2026-05-01T00:00:00Z"]}], "reason": "swapped"}],
        ]);
        assert_eq!(said.unwrap(), expected);
        assert_eq!(
            found.error(2, "x"),
            Some(FieldError::new("/void/0/sensorId", "x"))
        );
    }

    #[test]
    fn many_corrections_become_several_events() {
        let item =
            |n: i64| json!({"sensorId": "a", "timestamp": DateTime::from_timestamp(n, 0).unwrap()});
        let void: Vec<Value> = (0..6_000).map(item).collect();
        let events = read(&json!({"reason": "x", "void": void}))
            .unwrap()
            .to_events(&["b"]);
        let many = |event: &ReadingsEvent| match event {
            ReadingsEvent::Corrected(one) => one.voided.iter().map(|one| one.times.len()).sum(),
            ReadingsEvent::Recorded(_) => 0,
        };
        let many: Vec<usize> = events.iter().map(|(_, event)| many(event)).collect();
        assert_eq!(many, [MOST_POINTS, 1_000]);
    }

    #[test]
    fn what_is_wrong_is_named_by_list_item_and_field() {
        let pointers = |body: Value| {
            let errors = read(&body).unwrap_err().into_iter();
            errors.map(|error| error.pointer).collect::<Vec<_>>()
        };
        assert_eq!(pointers(json!({"reason": "x"})), ["/replace"]);
        assert_eq!(pointers(json!({"void": [1]})), ["/reason"]);
        assert_eq!(
            pointers(json!({"reason": "x", "void": 7})),
            ["/void", "/replace"]
        );
        let body = json!({
            "reason": "x",
            "replace": [7, {"sensorId": "A!", "timestamp": "2126-05-01T00:00:00Z", "value": "1"},
                {"sensorId": "a", "timestamp": "2026-05-01T00:00:00Z", "value": 1}],
            "void": [{"sensorId": "a", "timestamp": "2026-05-01T00:00:00Z"}, {"value": 1}],
        });
        let expected = [
            "/replace/0",
            "/replace/1/sensorId",
            "/replace/1/timestamp",
            "/replace/1/value",
            "/void/0/timestamp",
            "/void/1/value",
            "/void/1/sensorId",
            "/void/1/timestamp",
        ];
        assert_eq!(pointers(body), expected);
        let many: Vec<Value> = (0..200).map(|n| json!(n)).collect();
        assert_eq!(
            pointers(json!({"reason": "x", "void": many})).len(),
            MOST_ERRORS
        );
        let beyond: Vec<Value> = (0..=MOST_CORRECTIONS).map(|n| json!(n)).collect();
        assert_eq!(
            pointers(json!({"reason": "x", "void": beyond})),
            ["/void", "/replace"]
        );
    }
}
