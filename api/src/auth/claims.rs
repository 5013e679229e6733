//! What stands in a token.

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Role;
use flowgrid_domain::values::Plan;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// The session it was made for; absent in tokens that belong to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// How many refresh tokens the session had had before this one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#gen: Option<u32>,
    /// The plan that sets the holder's rate limits; free where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
    /// Good from here, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
    /// Seconds since 1970.
    pub iat: i64,
    /// Milliseconds beyond `iat`: whoever refreshes within the second in which its token was revoked
    /// gets one that is good.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub iat_ms: u16,
    /// Seconds since 1970.
    pub exp: i64,
    pub iss: String,
    pub aud: String,
}

fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// What a new token is to say.
#[derive(Clone, Debug)]
pub struct Grant {
    pub subject: String,
    /// Organization and role; `None` makes a token of the platform's own operators.
    pub membership: Option<(String, Role)>,
    pub scopes: Vec<String>,
    pub frontends: Vec<String>,
    /// The session and its generation of refresh tokens.
    pub session: Option<(Uuid, u32)>,
    pub plan: Option<Plan>,
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
            session: None,
            plan: None,
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
            session: None,
            plan: None,
            lifetime,
        }
    }

    /// It ends with this session.
    pub fn of_session(self, id: Uuid, generation: u32) -> Self {
        Self {
            session: Some((id, generation)),
            ..self
        }
    }

    /// Its holder's rate limits are those of this plan.
    pub fn with_plan(self, plan: Plan) -> Self {
        Self {
            plan: Some(plan),
            ..self
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
            sid: self.session.map(|(id, _)| id),
            r#gen: self.session.map(|(_, generation)| generation),
            plan: self.plan,
            nbf: None,
            iat,
            iat_ms: u16::try_from(now.timestamp_subsec_millis()).unwrap_or(0),
            exp: iat.saturating_add(self.lifetime.num_seconds()),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
        }
    }
}
