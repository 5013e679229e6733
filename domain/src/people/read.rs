//! What people ask about themselves, read from JSON bodies with camelCase names.

use serde_json::{Map, Value};

use super::profile::{AvatarUrl, ProfileSettings};
use crate::values::{FromJson, Invalid, Line, Plan};
use crate::{FieldError, Fields, Patch};

/// Fields of the resource that a body may hold because it was read so.
const READ_ONLY: &[&str] = &[
    "id",
    "email",
    "role",
    "permissions",
    "avatar",
    "isActive",
    "emailVerified",
    "twoFactorEnabled",
    "lastLogin",
    "plan",
    "organization",
    "statistics",
    "createdAt",
    "updatedAt",
    "revision",
    "position",
];
/// Where pictures of the file store are read: such an address was read so as well.
const OWN_PICTURES: &str = "/api/v1/users/";

/// A profile as its person wants it; what is absent stays.
pub struct ProfileRequest {
    pub name: Option<Line<200>>,
    /// All of them: what isn't here is no longer set.
    pub settings: Option<ProfileSettings>,
    pub avatar_url: Patch<AvatarUrl>,
}

/// # Errors
/// With everything that is wrong: of another type, out of bounds, unknown.
pub fn read_profile(body: &Map<String, Value>) -> Result<ProfileRequest, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let url = body.get("avatarUrl").and_then(Value::as_str);
    let request = ProfileRequest {
        name: fields.replaced("name"),
        settings: fields.replaced("settings"),
        avatar_url: if url.is_some_and(|url| url.starts_with(OWN_PICTURES)) {
            fields.read_only(&["avatarUrl"]);
            Patch::Absent
        } else {
            fields.patch("avatarUrl")
        },
    };
    fields.read_only(READ_ONLY);
    fields.finish(Some(request))
}

/// A plan that a person can have for itself. `premium` is Flov7's word for pro.
struct PersonalPlan(Plan);

impl FromJson for PersonalPlan {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value.as_str() {
            Some("free") => Ok(Self(Plan::Free)),
            Some("premium" | "pro") => Ok(Self(Plan::Pro)),
            Some(_) | None => Invalid::because("must be free or premium"),
        }
    }
}

/// # Errors
/// With everything that is wrong.
pub fn read_subscription(body: &Map<String, Value>) -> Result<Plan, Vec<FieldError>> {
    let mut fields = Fields::of(body);
    let plan: Option<PersonalPlan> = fields.required("plan");
    fields.read_only(&[
        "organizationPlan",
        "effectivePlan",
        "personalPlansAllowed",
        "limits",
        "revision",
        "position",
    ]);
    fields.finish(plan.map(|plan| plan.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: &Value) -> Result<ProfileRequest, Vec<FieldError>> {
        read_profile(body.as_object().unwrap())
    }

    #[test]
    fn a_profile_is_taken_as_it_was_read() {
        let body = json!({"id": "x", "role": "admin", "name": " Anna ", "settings": {"a": 1},
            "avatarUrl": "/api/v1/users/x/avatar?v=y", "statistics": null, "revision": 3});
        let Ok(request) = read(&body) else {
            panic!("refused")
        };
        assert!(request.name.is_some_and(|name| name.as_str() == "Anna"));
        assert!(request.settings.is_some() && request.avatar_url.is_absent());
        let Ok(request) = read(&json!({"avatarUrl": ""})) else {
            panic!("refused")
        };
        assert!(matches!(request.avatar_url, Patch::Clear) && request.name.is_none());
    }

    #[test]
    fn a_plan_of_ones_own_is_free_or_premium() {
        let plan = |body: Value| read_subscription(body.as_object().unwrap());
        assert_eq!(
            plan(json!({"plan": "premium", "limits": null})),
            Ok(Plan::Pro)
        );
        assert_eq!(plan(json!({"plan": "pro"})), Ok(Plan::Pro));
        assert_eq!(plan(json!({"plan": "free"})), Ok(Plan::Free));
        for bad in [json!({}), json!({"plan": "enterprise"}), json!({"plan": 1})] {
            assert!(plan(bad).is_err());
        }
    }

    #[test]
    fn what_is_odd_is_named() {
        let body = json!({"name": null, "settings": [], "avatarUrl": "x", "rolle": 1});
        let errors = read(&body).err().unwrap_or_default();
        let pointers: Vec<&str> = errors.iter().map(|error| &*error.pointer).collect();
        assert_eq!(pointers, ["/name", "/settings", "/avatarUrl", "/rolle"]);
    }
}
