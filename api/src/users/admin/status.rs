//! Letting a member in, or in no more.

use axum::response::Response;
use flowgrid_domain::Fields;
use flowgrid_domain::values::{FromJson, Invalid};
use serde_json::{Map, Value};

use super::inputs::StatusInput;
use crate::answer::{Commanded, Success};
use crate::context::{Access, Admin, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};
use crate::tenancy::{Change, MemberView, answered, change_member};

/// Deactivate a member, which ends its sessions here at once, or activate it again.
///
/// 422 `last-admin` for the last admin.
#[utoipa::path(
    put,
    path = "/api/v1/users/admin/users/{id}/status",
    tag = "users",
    params(("id" = String, Path), CommandHeaders),
    request_body = StatusInput,
    responses((status = 200, description = "Changed, or as it was", body = Success<Commanded<MemberView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn change_status(
    access: Access<Admin>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let active = read(&incoming.fields()?)?;
    let identity = visitor.identity();
    let change = if active {
        Change::Activate
    } else {
        Change::Deactivate
    };
    let outcome = change_member(&access, identity, &id, &incoming, change).await?;
    answered(identity, access.tenant(), &outcome).await
}

/// Whether it is to be active.
struct Active(bool);

impl FromJson for Active {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value {
            Value::Bool(active) => Ok(Self(*active)),
            Value::String(text) if text == "active" => Ok(Self(true)),
            Value::String(text) if matches!(text.as_str(), "deactivated" | "inactive") => {
                Ok(Self(false))
            }
            _ => Err(Invalid("must be active or deactivated".to_owned())),
        }
    }
}

fn read(body: &Map<String, Value>) -> Result<bool, ApiError> {
    let mut fields = Fields::of(body);
    let status: Option<Active> = fields.optional("status");
    let flag: Option<Active> = fields.optional("isActive");
    let active = match (status, flag) {
        (Some(Active(one)), Some(Active(other))) if one != other => {
            fields.wrong("isActive", "says the opposite of status");
            None
        }
        (Some(active), _) | (None, Some(active)) => Some(active.0),
        (None, None) => {
            fields.wrong("status", "is required");
            None
        }
    };
    fields.finish(active).map_err(ApiError::Invalid)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(body: Value) -> Option<bool> {
        read(body.as_object().unwrap()).ok()
    }

    #[test]
    fn either_way_to_say_it_is_read_but_no_contradiction() {
        assert_eq!(of(json!({"status": "active"})), Some(true));
        assert_eq!(of(json!({"status": "inactive"})), Some(false));
        assert_eq!(of(json!({"isActive": false})), Some(false));
        let both = json!({"isActive": false, "status": "deactivated"});
        assert_eq!(of(both), Some(false));
        for bad in [
            json!({}),
            json!({"status": "asleep"}),
            json!({"status": null}),
            json!({"isActive": true, "status": "deactivated"}),
            json!({"isActive": true, "unknown": 1}),
        ] {
            assert_eq!(of(bad.clone()), None, "{bad}");
        }
    }
}
