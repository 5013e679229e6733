//! What can happen to a membership. Personal data is sealed for the organization.

use serde::{Deserialize, Serialize};

use crate::events::events;
use crate::values::{Role, Sealed};

events! {
    /// Everything that can happen to a membership.
    pub enum MembershipEvent {
        "membership.joined" "1.0" => Joined;
        "membership.role-changed" "1.0" => RoleChanged;
        "membership.frontends-changed" "1.0" => FrontendsChanged;
        "membership.deactivated" "1.0" => Deactivated;
        "membership.activated" "1.0" => Activated;
        "membership.personal-data-changed" "1.0" => PersonalDataChanged;
        "membership.removed" "1.0" => Removed;
        "membership.erased" "1.0" => Erased;
    }
}

/// The person became a member, perhaps once more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    pub role: Role,
    /// To which it is limited; empty means any.
    pub frontends: Vec<String>,
    pub email: Sealed,
    pub name: Sealed,
    /// Present when it was invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub invitation_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RoleChanged {
    pub role: Role,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FrontendsChanged {
    /// To which it is limited; empty means any.
    pub frontends: Vec<String>,
}

/// It can do nothing until it is activated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Deactivated {}

/// It can do again what its role may.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Activated {}

/// The person has another address or name; only what became different is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonalDataChanged {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Sealed, required = false))]
    pub email: Option<Sealed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Sealed, required = false))]
    pub name: Option<Sealed>,
}

/// It is no member any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Removed {}

/// What the organization knew of the person is gone; so is the membership.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Erased {}
