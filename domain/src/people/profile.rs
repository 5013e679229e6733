//! What a person says about itself, before it is sealed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::values::{FromJson, Invalid};

/// How large the settings are at most, as JSON, in bytes. The whole profile must fit in one sealed text.
const LARGEST: usize = 4 * 1024;
/// How many settings there are at most.
const MOST: usize = 100;
/// How deep they are nested at most.
const DEEPEST: usize = 8;
/// The longest address of a picture, in bytes.
const LONGEST_URL: usize = 1_000;

/// All of it but the name. Personal data: it has no `Debug`, and stands in events sealed.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// A picture elsewhere; that of the file store when `None`.
    pub avatar_url: Option<String>,
    pub settings: Map<String, Value>,
}

/// A JSON object of at most 100 fields, 8 levels and 4 KB. What they mean is the frontends' affair.
#[derive(Clone, PartialEq)]
pub struct ProfileSettings(Map<String, Value>);

/// An https or http address of a picture, without credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct AvatarUrl(String);

impl ProfileSettings {
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl FromJson for ProfileSettings {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let Some(object) = value.as_object() else {
            return Invalid::because("must be an object");
        };
        if object.len() > MOST {
            return Invalid::because(format!("must hold at most {MOST} settings"));
        }
        if is_deeper(value, DEEPEST) {
            return Invalid::because(format!("must be nested at most {DEEPEST} deep"));
        }
        if value.to_string().len() > LARGEST {
            return Invalid::because("must be at most 4 KB");
        }
        Ok(Self(object.clone()))
    }
}

fn is_deeper(value: &Value, levels: usize) -> bool {
    let Some(below) = levels.checked_sub(1) else {
        return value.is_object() || value.is_array();
    };
    match value {
        Value::Object(fields) => fields.values().any(|value| is_deeper(value, below)),
        Value::Array(items) => items.iter().any(|value| is_deeper(value, below)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

impl From<AvatarUrl> for String {
    fn from(url: AvatarUrl) -> Self {
        url.0
    }
}

impl FromJson for AvatarUrl {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let text = value.as_str().map(str::trim).unwrap_or_default();
        let rest = ["https://", "http://"]
            .into_iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
        let named = host.is_some_and(|host| !host.is_empty() && !host.contains('@'));
        // Frontends write it into pages.
        let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b);
        if named && text.len() <= LONGEST_URL && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Invalid::because("must be an https or http address of at most 1,000 characters")
    }

    fn is_blank(value: &Value) -> bool {
        value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_any_object_within_bounds() {
        let good = json!({"theme": "dark", "panels": [{"id": 1, "open": true}], "none": null});
        assert!(ProfileSettings::from_json(&good).is_ok_and(|s| json!(s.into_map()) == good));
        let many: Map<String, Value> = (0..=MOST).map(|n| (format!("s{n}"), json!(n))).collect();
        let mut deep = json!({});
        for _ in 0..DEEPEST {
            deep = json!({"a": deep});
        }
        for bad in [
            json!([]),
            json!("x"),
            json!(null),
            json!(many),
            deep,
            json!({"a": "x".repeat(LARGEST)}),
        ] {
            assert!(ProfileSettings::from_json(&bad).is_err());
        }
    }

    #[test]
    fn a_picture_has_an_address_that_pages_may_hold() {
        for good in ["https://cdn.example/a.png?x=1#y", "http://[::1]:8080/a"] {
            assert!(AvatarUrl::from_json(&json!(good)).is_ok(), "{good}");
        }
        let long = format!("https://example.org/{}", "a".repeat(LONGEST_URL));
        for bad in [
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "https://",
            "https:///x",
            "https://user:secret@example.org",
            "https://example.org/\"onerror=",
            "//example.org/a.png",
            "https://exämple.org/a.png",
            &long,
        ] {
            assert!(AvatarUrl::from_json(&json!(bad)).is_err(), "{bad}");
        }
    }
}
