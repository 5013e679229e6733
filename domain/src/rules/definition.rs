//! All that an alert rule says.

use serde::{Deserialize, Serialize};

use super::{Condition, Schedule};
use crate::alerts::Severity;
use crate::values::Role;

/// Nobody means to tell more people by name.
pub const MOST_MEMBERS: usize = 50;

/// A rule as it stands in events and answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Definition {
    pub name: String,
    #[serde(flatten)]
    pub condition: Condition,
    pub target: Target,
    /// How long it must be wrong.
    pub hold: Hold,
    /// When it is over; as soon as it is no longer wrong, where it is null.
    pub clear: Option<Clear>,
    pub severity: Severity,
    /// When it applies; always, where it is null.
    pub schedule: Option<Schedule>,
    /// Who is told when it is raised.
    pub notify: Recipients,
    pub escalation: Option<Escalation>,
    /// Resolves its alert once it is over; else a person has to.
    pub auto_resolve: bool,
    /// What keeps a source that goes up and down from raising alert after alert.
    pub damping: Option<Damping>,
    pub enabled: bool,
}

/// A sensor; or all sensors of a kind in a building, each by itself; or, for an expression, a building.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Target {
    pub building_id: Option<String>,
    pub sensor_id: Option<String>,
    pub sensor_kind: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    pub for_seconds: u32,
}

/// Over once values are back within these, for so long. A bound that is null is the condition's own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Clear {
    /// What is wrong above a bound is over at or below this.
    pub below: Option<f64>,
    /// What is wrong below a bound is over at or above this.
    pub above: Option<f64>,
    pub for_seconds: u32,
}

/// Who is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Recipients {
    /// Ids of members.
    pub members: Vec<String>,
    /// All members of these roles.
    pub roles: Vec<Role>,
    /// By mail as well.
    pub mail: bool,
}

/// What happens where nobody has acknowledged the alert in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Escalation {
    pub after_minutes: u32,
    pub notify: Recipients,
    /// The alert's severity from then on; as it was where it is null.
    pub severity: Option<Severity>,
}

/// From so many alerts within a span on, an alert of the source stays until it was calm for that span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Damping {
    pub raises: u32,
    pub within_seconds: u32,
}

impl Damping {
    /// Where nothing else is said.
    pub const USUAL: Self = Self {
        raises: 5,
        within_seconds: 3_600,
    };
}

impl Recipients {
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.roles.is_empty()
    }
}
