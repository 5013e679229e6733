//! What stands in a token.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Role;
use serde::{Deserialize, Serialize};

/// Who issues our tokens.
pub const ISSUER: &str = "flowgrid";
/// For whom they are.
pub const AUDIENCE: &str = "flowgrid";

/// The payload of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Opaque id of the person, key or tool.
    pub sub: String,
    /// Slug of the organization; absent for the platform's own operators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// `read`, `write`; empty means all that the role may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Frontends to which the membership is limited; empty means any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frontends: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub operator: bool,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
    pub iss: String,
    pub aud: String,
}

/// What a new token is to say.
#[derive(Clone, Debug)]
pub struct Grant {
    pub subject: String,
    /// Organization and role; `None` makes a token of the platform's own operators.
    pub membership: Option<(String, Role)>,
    pub scopes: Vec<String>,
    pub frontends: Vec<String>,
    pub lifetime: TimeDelta,
}

impl Grant {
    /// A member with all that the role may do.
    pub fn member(subject: &str, org: &str, role: Role, lifetime: TimeDelta) -> Self {
        Self {
            subject: subject.to_owned(),
            membership: Some((org.to_owned(), role)),
            scopes: Vec::new(),
            frontends: Vec::new(),
            lifetime,
        }
    }

    /// The platform's own operator, who belongs to no organization.
    pub fn operator(subject: &str, lifetime: TimeDelta) -> Self {
        Self {
            subject: subject.to_owned(),
            membership: None,
            scopes: Vec::new(),
            frontends: Vec::new(),
            lifetime,
        }
    }

    pub(super) fn claims(&self, now: DateTime<Utc>) -> Claims {
        let iat = now.timestamp();
        Claims {
            sub: self.subject.clone(),
            org: self.membership.as_ref().map(|(org, _)| org.clone()),
            role: self.membership.as_ref().map(|(_, role)| *role),
            scopes: self.scopes.clone(),
            frontends: self.frontends.clone(),
            operator: self.membership.is_none(),
            iat,
            exp: iat.saturating_add(self.lifetime.num_seconds()),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
        }
    }
}
