//! Time zones by their names in the IANA database.

use serde::Serialize;

use super::{FromJson, Invalid, string};

/// A time zone that this build knows: `Europe/Berlin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timezone(chrono_tz::Tz);

impl Timezone {
    /// # Errors
    /// When the IANA database has no zone of that name.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let unknown = || Invalid("must be a time zone of the IANA database".to_owned());
        name.parse().map(Self).map_err(|_| unknown())
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl Serialize for Timezone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl FromJson for Timezone {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }
}

impl From<Timezone> for String {
    fn from(zone: Timezone) -> Self {
        zone.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_named_as_the_database_does() {
        assert_eq!(
            Timezone::parse("Europe/Berlin").unwrap().name(),
            "Europe/Berlin"
        );
        assert!(Timezone::parse("UTC").is_ok());
        for bad in ["", "Europe/Hechingen", "europe/berlin", "+01:00"] {
            assert!(Timezone::parse(bad).is_err(), "{bad}");
        }
    }
}
