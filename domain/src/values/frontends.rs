//! To which frontends a membership is limited.

use serde_json::Value;

use super::{FromJson, Invalid, some_of};

/// Distinct names of frontends in the order of [`Frontends::KNOWN`]; none at all means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontends(Vec<&'static str>);

impl Frontends {
    /// What frontends send as `X-Frontend-Source`.
    pub const KNOWN: &'static [&'static str] = &[
        "chronicles",
        "citypulse",
        "flov7",
        "flowmind",
        "quantum",
        "smartgrid",
        "velocity",
    ];

    pub fn names(&self) -> &[&'static str] {
        &self.0
    }
}

impl FromJson for Frontends {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        some_of(value, Self::KNOWN).map(Self)
    }
}

impl From<&Frontends> for Vec<String> {
    fn from(frontends: &Frontends) -> Self {
        frontends.0.iter().map(|name| (*name).to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_known_and_stand_once() {
        assert!(Frontends::KNOWN.is_sorted());
        let read = Frontends::from_json(&json!(["velocity", "flov7", "velocity"])).unwrap();
        assert_eq!(read.names(), ["flov7", "velocity"]);
        assert_eq!(Frontends::from_json(&json!([])), Ok(Frontends::default()));
        for bad in [json!("flov7"), json!(["cobol"]), json!([1]), json!({})] {
            assert!(Frontends::from_json(&bad).is_err(), "{bad}");
        }
    }
}
