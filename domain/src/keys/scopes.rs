//! What a key may be used for.

use serde_json::Value;

use crate::values::{FromJson, Invalid, some_of};

/// One scope or more, distinct, in the order of [`Scopes::KNOWN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(Vec<&'static str>);

impl Scopes {
    /// Every scope there is.
    pub const KNOWN: &'static [&'static str] = &[
        "read",
        "write",
        "delete",
        "admin",
        "events:read",
        "swarm:work",
    ];

    pub fn names(&self) -> &[&'static str] {
        &self.0
    }
}

/// Reads and nothing else: what a key may do of which nothing is said.
impl Default for Scopes {
    fn default() -> Self {
        Self(vec!["read"])
    }
}

impl FromJson for Scopes {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        let scopes = some_of(value, Self::KNOWN)?;
        if scopes.is_empty() {
            return Invalid::because("must name at least one scope");
        }
        Ok(Self(scopes))
    }
}

impl From<&Scopes> for Vec<String> {
    fn from(scopes: &Scopes) -> Self {
        scopes.0.iter().map(|name| (*name).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scopes_are_known_and_not_none() {
        let read = Scopes::from_json(&json!(["swarm:work", "read", "read"])).unwrap();
        assert_eq!(read.names(), ["read", "swarm:work"]);
        for bad in [json!([]), json!(["root"]), json!("read"), json!([null])] {
            assert!(Scopes::from_json(&bad).is_err(), "{bad}");
        }
    }
}
