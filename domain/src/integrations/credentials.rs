//! What lets one in at a service. Never in an event, an answer or a log.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::address;
use crate::values::{FromJson, Invalid, Text, Token};

/// How many texts credentials are at most, and how large together, in bytes.
const MOST: usize = 20;
const LARGEST: usize = 16 * 1024;
/// The name under which an address stands that is a secret itself.
const ADDRESS: &str = "url";
/// Under which names services call what is sent as it is, the first that is there.
const KEYS: &[&str] = &[
    "token",
    "accessToken",
    "access_token",
    "apiKey",
    "api_key",
    "key",
    "secret",
];

/// Texts by name: 1 to 20 of them, each of at most 8,000 characters, together at most 16 KB.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials(BTreeMap<String, String>);

/// Names alone.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.names()).finish()
    }
}

impl Credentials {
    /// From the JSON that [`Credentials::to_json`] wrote.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(json: &str) -> Result<Self, Invalid> {
        let value: Value =
            serde_json::from_str(json).map_err(|_| Invalid("are no JSON".to_owned()))?;
        Self::from_json(&value)
    }

    /// For the vault alone.
    pub fn to_json(&self) -> String {
        // A map of texts always has a JSON form.
        serde_json::to_string(&self.0).unwrap_or_default()
    }

    pub fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// The address of the service, where it is a secret itself, as that of a webhook is.
    pub fn address(&self) -> Option<&str> {
        self.any_of(&[ADDRESS])
    }

    /// A token or key that is sent as it is.
    pub fn key(&self) -> Option<&str> {
        self.any_of(KEYS)
    }

    /// User name and password.
    pub fn user(&self) -> Option<(&str, &str)> {
        let name = self.any_of(&["username", "user"])?;
        Some((name, self.any_of(&["password"])?))
    }

    fn any_of(&self, names: &[&str]) -> Option<&str> {
        let mut given = names.iter().filter_map(|name| self.0.get(*name));
        given.next().map(String::as_str)
    }
}

impl FromJson for Credentials {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        // What is wrong is said without the text that it is wrong with.
        let Some(object) = value.as_object().filter(|object| !object.is_empty()) else {
            return Invalid::because("must be an object of texts, with at least one");
        };
        if object.len() > MOST {
            return Invalid::because(format!("must hold at most {MOST} texts"));
        }
        let mut texts = BTreeMap::new();
        for (name, value) in object {
            let name = Token::parse(name)?;
            let text = Text::<8000>::from_json(value)?;
            if name.as_str() == ADDRESS {
                address::read(text.as_str())?;
            }
            texts.insert(name.into(), text.into());
        }
        let sizes = texts
            .iter()
            .map(|(name, text): (&String, &String)| name.len() + text.len());
        if sizes.sum::<usize>() > LARGEST {
            return Invalid::because("must be at most 16 KB together");
        }
        Ok(Self(texts))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn credentials_are_found_by_the_names_that_services_use() {
        let read = |value| Credentials::from_json(&value).unwrap();
        assert_eq!(read(json!({"api_key": "k", "other": "x"})).key(), Some("k"));
        assert_eq!(read(json!({"apiKey": "k", "token": "t"})).key(), Some("t"));
        let user = read(json!({"username": "anna", "password": "pw"}));
        assert_eq!((user.user(), user.key()), (Some(("anna", "pw")), None));
        assert_eq!(read(json!({"username": "anna"})).user(), None);
        let hook = read(json!({"url": "https://hooks.example/T0/secret"}));
        assert_eq!(hook.address(), Some("https://hooks.example/T0/secret"));
        assert_eq!(Credentials::parse(&hook.to_json()), Ok(hook));
    }

    #[test]
    fn credentials_are_bounded_and_never_told() {
        let many: BTreeMap<String, &str> = (0..=MOST).map(|n| (format!("n{n}"), "x")).collect();
        let large: BTreeMap<String, String> = (0..3)
            .map(|n| (format!("n{n}"), "x".repeat(7_000)))
            .collect();
        for bad in [
            json!({}),
            json!([]),
            json!("hunter2"),
            json!({"hunter2 hunter2": "x"}),
            json!({"token": 7}),
            json!({"token": ""}),
            json!({"token": {"hunter2": 1}}),
            json!({"token": "hunter2\0"}),
            json!({"url": "hunter2"}),
            json!(many),
            json!(large),
        ] {
            let Err(Invalid(reason)) = Credentials::from_json(&bad) else {
                panic!("{bad}");
            };
            assert!(!reason.contains("hunter2"), "{reason}");
        }
        let read = Credentials::from_json(&json!({"token": "hunter2"})).unwrap();
        assert_eq!(format!("{read:?}"), r#"Credentials(["token"])"#);
    }
}
