//! What an organization, or a person, pays for.

use serde::{Deserialize, Serialize};

use super::{FromJson, Invalid, string};

/// Limits and quotas follow from it; ordered.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    #[default]
    Free,
    Pro,
    Enterprise,
}

impl Plan {
    pub const ALL: [Self; 3] = [Self::Free, Self::Pro, Self::Enterprise];

    /// `free`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }

    /// # Errors
    /// When the name is none of the three.
    pub fn parse(name: &str) -> Result<Self, Invalid> {
        let found = Self::ALL.into_iter().find(|plan| plan.as_str() == name);
        found.map_or_else(|| Invalid::because("must be free, pro or enterprise"), Ok)
    }
}

impl FromJson for Plan {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        Self::parse(string(value)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_serde() {
        for plan in Plan::ALL {
            assert_eq!(Plan::parse(plan.as_str()), Ok(plan));
            assert_eq!(serde_json::to_value(plan).unwrap(), plan.as_str());
        }
        assert!(Plan::parse("premium").is_err());
    }
}
