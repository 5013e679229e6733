//! The roles of a member of an organization.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{FromJson, Invalid, string};

/// Each role may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads, and manages oneself.
    Viewer,
    /// Works.
    User,
    /// Runs: rules, deletes.
    Manager,
    /// People, plan, security.
    Admin,
}

/// The text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown role {0:?}; one of viewer, user, manager, admin")]
pub struct UnknownRole(String);

impl Role {
    pub const ALL: [Self; 4] = [Self::Viewer, Self::User, Self::Manager, Self::Admin];

    /// `viewer`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::User => "user",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "viewer" => Ok(Self::Viewer),
            "user" => Ok(Self::User),
            "manager" => Ok(Self::Manager),
            "admin" => Ok(Self::Admin),
            other => Err(UnknownRole(other.to_owned())),
        }
    }
}

impl FromJson for Role {
    fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
        let known = string(value)?.parse();
        known.or_else(|_| Invalid::because("must be viewer, user, manager or admin"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_serde_and_more_may_is_greater() {
        assert!(Role::ALL.is_sorted());
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
        }
        assert!("operator".parse::<Role>().is_err());
    }
}
