//! How bad it is.

use serde::{Deserialize, Serialize};

use crate::values::{FromJson, Invalid};

/// From a remark to a danger; ordered.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    #[default]
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 5] = [
        Self::Info,
        Self::Low,
        Self::Medium,
        Self::High,
        Self::Critical,
    ];

    /// `critical`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// # Errors
    /// When the name is none of the five.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let found = Self::ALL
            .into_iter()
            .find(|severity| severity.as_str() == name);
        found.map_or_else(
            || Invalid::because("must be info, low, medium, high or critical"),
            Ok,
        )
    }

    /// Rank among what waits for attention: 1 (critical) to 5 (info). It follows from the
    /// severity alone, so the two can't disagree.
    pub fn priority(self) -> u8 {
        match self {
            Self::Critical => 1,
            Self::High => 2,
            Self::Medium => 3,
            Self::Low => 4,
            Self::Info => 5,
        }
    }
}

impl FromJson for Severity {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(crate::values::string(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_is_greater_and_comes_first() {
        assert!(Severity::ALL.is_sorted());
        assert!(
            Severity::ALL
                .windows(2)
                .all(|two| two[0].priority() > two[1].priority())
        );
    }

    #[test]
    fn names_are_those_of_serde() {
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(severity.as_str()), Ok(severity));
            assert_eq!(serde_json::to_value(severity).unwrap(), severity.as_str());
        }
    }
}
