//! Units in which sensors report.

use crate::values::{FromJson, Invalid, string};

/// What a value of a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// It adds up over time: energy, volume.
    Quantity,
    /// It is so at a moment: power, temperature.
    Level,
}

/// A unit that this build knows, by its canonical spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit(&'static str, Dimension);

/// Canonical spelling, other spellings, and what its values are.
const KNOWN: &[(&str, &[&str], Dimension)] = &[
    ("Wh", &[], Dimension::Quantity),
    ("kWh", &["kwh", "KWH"], Dimension::Quantity),
    ("MWh", &[], Dimension::Quantity),
    ("GWh", &[], Dimension::Quantity),
    ("kJ", &[], Dimension::Quantity),
    ("MJ", &[], Dimension::Quantity),
    ("GJ", &[], Dimension::Quantity),
    ("therm", &["therms"], Dimension::Quantity),
    ("kvarh", &[], Dimension::Quantity),
    ("kVAh", &[], Dimension::Quantity),
    ("m3", &["m³"], Dimension::Quantity),
    ("l", &["L"], Dimension::Quantity),
    ("W", &[], Dimension::Level),
    ("kW", &[], Dimension::Level),
    ("MW", &[], Dimension::Level),
    ("kVA", &[], Dimension::Level),
    ("kvar", &[], Dimension::Level),
    ("V", &[], Dimension::Level),
    ("kV", &[], Dimension::Level),
    ("A", &[], Dimension::Level),
    ("Hz", &[], Dimension::Level),
    ("°C", &["C", "degC", "celsius"], Dimension::Level),
    ("°F", &["F", "degF", "fahrenheit"], Dimension::Level),
    ("K", &[], Dimension::Level),
    ("%", &["percent"], Dimension::Level),
    ("ppm", &[], Dimension::Level),
    ("lx", &[], Dimension::Level),
    ("Pa", &[], Dimension::Level),
    ("hPa", &[], Dimension::Level),
    ("bar", &[], Dimension::Level),
    ("m/s", &[], Dimension::Level),
    ("m3/h", &["m³/h"], Dimension::Level),
    ("l/h", &[], Dimension::Level),
    ("dB", &[], Dimension::Level),
    ("persons", &["people"], Dimension::Level),
    // A ratio, such as the power factor.
    ("1", &[], Dimension::Level),
];

impl Unit {
    /// # Errors
    /// When no such unit is known.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let is = |(name, others, _): &&(&str, &[&str], Dimension)| {
            *name == text || others.contains(&text)
        };
        match KNOWN.iter().find(is) {
            Some((name, _, dimension)) => Ok(Self(name, *dimension)),
            None => {
                let names: Vec<&str> = KNOWN.iter().map(|(name, _, _)| *name).collect();
                Invalid::because(format!("must be one of {}", names.join(", ")))
            }
        }
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }

    pub fn dimension(self) -> Dimension {
        self.1
    }
}

impl FromJson for Unit {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_are_turned_into_one() {
        assert_eq!(Unit::parse("m³").unwrap().as_str(), "m3");
        assert_eq!(Unit::parse("C").unwrap().as_str(), "°C");
        assert_eq!(Unit::parse("kWh").unwrap().dimension(), Dimension::Quantity);
        assert!(Unit::parse("furlong").is_err());
    }

    #[test]
    fn no_spelling_means_two_units() {
        let mut all: Vec<&str> = Vec::new();
        for (name, others, _) in KNOWN {
            all.push(name);
            all.extend(*others);
        }
        let many = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), many);
    }
}
