//! What can happen to a session.

use serde::{Deserialize, Serialize};

use crate::events::events;
use crate::values::Sealed;

events! {
    /// Everything that can happen to a session.
    pub enum SessionEvent {
        "session.began" "1.0" => Began;
        "session.ended" "1.0" => Ended;
    }
}

/// How somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SignIn {
    Password,
    Register,
    Invitation,
    /// From a session in another organization.
    Switch,
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    Logout,
    /// By hand, from the list of sessions.
    Ended,
    PasswordChanged,
    PasswordReset,
    /// An old refresh token came back: somebody else holds it as well.
    TokenReused,
    /// The member was deactivated.
    Deactivated,
    /// The member was removed.
    Removed,
    /// The person was erased.
    Erased,
    Expired,
}

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Began {
    pub person_id: String,
    pub method: SignIn,
    pub second_factor: bool,
    pub remember: bool,
    /// The user agent.
    pub device: Option<Sealed>,
    /// The network address.
    pub address: Option<Sealed>,
}

/// No token of it is good any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    pub reason: EndReason,
}
