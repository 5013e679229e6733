//! What a frontend keeps with an integration: a channel, a repository.

use serde_json::{Map, Value};

use crate::values::{FromJson, Invalid};

/// The most that settings may take as JSON, in bytes.
const LARGEST: usize = 8 * 1024;
/// What the name of a secret holds, without its hyphens and underscores.
const SECRETS: &[&str] = &[
    "apikey",
    "authorization",
    "credential",
    "passphrase",
    "password",
    "privatekey",
    "secret",
    "token",
];

/// An object of at most 8 KB as JSON. What it means is the frontends' affair; it stands in events, so
/// nothing in it may be named like a secret.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceSettings(Map<String, Value>);

impl ServiceSettings {
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl FromJson for ServiceSettings {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let Some(object) = value.as_object() else {
            return Invalid::because("must be an object");
        };
        if value.to_string().len() > LARGEST {
            return Invalid::because(format!("must be at most {LARGEST} bytes as JSON"));
        }
        if names_a_secret(value) {
            return Invalid::because("must hold no secrets; they go into credentials");
        }
        if holds_nul(value) {
            return Invalid::because("must not hold control characters");
        }
        Ok(Self(object.clone()))
    }
}

fn names_a_secret(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| is_secret(name) || names_a_secret(value)),
        Value::Array(items) => items.iter().any(names_a_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn is_secret(name: &str) -> bool {
    let letters = name.chars().filter(|c| !matches!(c, '-' | '_' | ' '));
    let plain: String = letters.flat_map(char::to_lowercase).collect();
    SECRETS.iter().any(|secret| plain.contains(secret))
}

/// Postgres keeps no NUL.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::String(text) => text.contains('\0'),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_free_but_bounded_and_name_no_secret() {
        assert!(
            ServiceSettings::from_json(&json!({"channel": "#ops", "on": [1, {"a": null}]})).is_ok()
        );
        for bad in [
            json!([]),
            json!("x"),
            json!({"x": "x".repeat(LARGEST)}),
            json!({"apiKey": "x"}),
            json!({"api_key": "x"}),
            json!({"nested": [{"Client-Secret": "x"}]}),
            json!({"accessToken": null}),
            json!({"a": "\0"}),
            json!({"\0": 1}),
        ] {
            assert!(ServiceSettings::from_json(&bad).is_err(), "{bad}");
        }
    }
}
