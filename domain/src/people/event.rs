//! What can happen to a person. None of it says who that is to anybody but the vault.

use serde::{Deserialize, Serialize};

use crate::events::events;
use crate::values::{Plan, Sealed};

events! {
    /// Everything that can happen to a person.
    pub enum PersonEvent {
        "person.registered" "1.0" => Registered;
        "person.email-verified" "1.0" => EmailVerified;
        "person.email-changed" "1.0" => EmailChanged;
        "person.profile-changed" "1.0" => ProfileChanged;
        "person.avatar-changed" "1.0" => AvatarChanged;
        "person.password-changed" "1.0" => PasswordChanged;
        "person.second-factor-enabled" "1.0" => SecondFactorEnabled;
        "person.second-factor-disabled" "1.0" => SecondFactorDisabled;
        "person.plan-changed" "1.0" => PlanChanged;
        "person.erased" "1.0" => Erased;
    }
}

/// The person became known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// Keyed hash of the address: hexadecimal.
    pub email_index: String,
    pub email: Sealed,
    pub name: Sealed,
    /// Present when an organization is to be founded with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Founding, required = false))]
    pub founding: Option<Founding>,
}

/// The organization that a person founds by registering.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Founding {
    pub slug: String,
    pub name: String,
}

/// The address is the person's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EmailVerified {}

/// Another address, which is the person's as well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EmailChanged {
    /// Keyed hash of the address: hexadecimal.
    pub email_index: String,
    pub email: Sealed,
}

/// Name or profile became different; only what did is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ProfileChanged {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Sealed, required = false))]
    pub name: Option<Sealed>,
    /// Settings and the like: a JSON text, sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Sealed, required = false))]
    pub profile: Option<Sealed>,
}

/// Another image; none any more, when `avatar` is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AvatarChanged {
    /// Id of the image in the file store.
    pub avatar: Option<String>,
}

/// The password is another one. That it is, is all that is said of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PasswordChanged {}

/// Signing in takes a second factor from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorEnabled {}

/// Signing in takes the password alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SecondFactorDisabled {}

/// The person's own plan became another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlanChanged {
    pub plan: Plan,
}

/// The person is gone; its keys are to be destroyed and with them all that was sealed for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Erased {}
