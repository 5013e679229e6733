//! What an organization has set for its frontends.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::values::{FromJson, Invalid, Text, Token};

/// How many settings an organization has at most.
const MOST: usize = 50;
/// How large they are together, names included, in bytes.
const LARGEST: usize = 8 * 1024;

/// `true` lets members have plans of their own.
pub const PERSONAL_PLANS: &str = "personalPlans";

/// `de` or `en`: in which language its members are written to where nobody of them asked. English
/// when absent.
pub const LANGUAGE: &str = "language";

/// Texts by name: at most 50 of them, each of at most 2,000 characters, together at most 8 KB. What
/// they mean is the frontends' affair, but for [`PERSONAL_PLANS`] and [`LANGUAGE`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    pub fn as_map(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl FromJson for Settings {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let Some(object) = value.as_object() else {
            return Invalid::because("must be an object of texts");
        };
        if object.len() > MOST {
            return Invalid::because(format!("must hold at most {MOST} settings"));
        }
        let mut settings = BTreeMap::new();
        for (name, value) in object {
            settings.insert(Token::parse(name)?.into(), setting(value)?);
        }
        let size: usize = settings
            .iter()
            .map(|(k, v): (&String, &String)| k.len() + v.len())
            .sum();
        if size > LARGEST {
            return Invalid::because("must be at most 8 KB together");
        }
        Ok(Self(settings))
    }
}

/// An empty text is a setting as good as any.
fn setting(value: &Value) -> Result<String, Invalid> {
    if value == "" {
        return Ok(String::new());
    }
    Text::<2000>::from_json(value).map(String::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_texts_by_name() {
        let read = Settings::from_json(&json!({"locale": "de", "logo": ""})).unwrap();
        assert_eq!(read.as_map().len(), 2);
        assert_eq!(Settings::from_json(&json!({})), Ok(Settings::default()));
    }

    #[test]
    fn settings_are_bounded() {
        let many: BTreeMap<String, &str> = (0..=MOST).map(|n| (format!("n{n}"), "x")).collect();
        let large: BTreeMap<String, String> = (0..5)
            .map(|n| (format!("n{n}"), "x".repeat(1_900)))
            .collect();
        for bad in [
            json!([]),
            json!({"a": 1}),
            json!({"a": null}),
            json!({"a": {"b": "c"}}),
            json!({"a b": "c"}),
            json!({"a": "\0"}),
            json!({"a": "x".repeat(2_001)}),
            json!(many),
            json!(large),
        ] {
            assert!(Settings::from_json(&bad).is_err());
        }
    }
}
