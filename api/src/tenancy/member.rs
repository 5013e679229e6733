//! A member as admins see it.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_commands::Outcome;
use flowgrid_domain::Shown;
use flowgrid_domain::memberships::{Membership, MembershipResource};
use flowgrid_projections::ReadError;
use flowgrid_projections::documents::DocumentRow;
use flowgrid_vault::Field;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::commanded_as;
use crate::error::ApiError;
use crate::identity::Identity;

/// A member with what is personal.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberView {
    #[serde(flatten)]
    pub member: MembershipResource,
    /// Null once the person was erased.
    pub email: Option<String>,
    /// Null once the person was erased.
    pub name: Option<String>,
    /// When it last signed in here; null where it never did.
    pub last_login: Option<DateTime<Utc>>,
    /// When it was last here, to within 15 minutes.
    pub last_seen_at: Option<DateTime<Utc>>,
}

impl MemberView {
    pub fn person(&self) -> Result<Uuid, ApiError> {
        self.member.id.parse().map_err(ApiError::internal)
    }
}

/// Address and name as they are sealed.
struct SealedBoth<'a> {
    email: &'a str,
    name: &'a str,
}

/// The answer to a command.
pub async fn answered(
    identity: &Identity,
    tenant: &Tenant,
    outcome: &Outcome<Membership>,
) -> Result<Response, ApiError> {
    let (created, updated) = (outcome.created_at, outcome.updated_at);
    let member = outcome
        .state
        .resource(&outcome.id, created, updated, outcome.revision);
    let member = member.ok_or(ApiError::NotFound)?;
    let facts = outcome.state.facts().ok_or(ApiError::NotFound)?;
    let sealed = SealedBoth {
        email: facts.email.as_str(),
        name: facts.name.as_str(),
    };
    let view = opened(identity, tenant, vec![(member, sealed)])
        .await?
        .pop();
    let view = view.ok_or(ApiError::NotFound)?;
    let status = StatusCode::from_u16(outcome.status).map_err(ApiError::internal)?;
    commanded_as(status, view, outcome.revision, outcome.position)
}

/// Rows of the read model, opened.
pub async fn shown(
    identity: &Identity,
    tenant: &Tenant,
    rows: &[DocumentRow],
) -> Result<Vec<MemberView>, ApiError> {
    let mut members = Vec::with_capacity(rows.len());
    for row in rows {
        let text = |name: &str| row.body.get(name).and_then(Value::as_str);
        let sealed = SealedBoth {
            email: text("email").unwrap_or_default(),
            name: text("name").unwrap_or_default(),
        };
        members.push((resource(row)?, sealed));
    }
    opened(identity, tenant, members).await
}

/// One question for the keys, one for when they were last here.
async fn opened(
    identity: &Identity,
    tenant: &Tenant,
    members: Vec<(MembershipResource, SealedBoth<'_>)>,
) -> Result<Vec<MemberView>, ApiError> {
    let mut fields = Vec::with_capacity(members.len() * 2);
    let mut people = Vec::with_capacity(members.len());
    for (member, sealed) in &members {
        let subject: Uuid = member.id.parse().map_err(ApiError::internal)?;
        people.push(subject);
        for (name, sealed) in [("email", sealed.email), ("name", sealed.name)] {
            fields.push(Field {
                subject,
                name,
                sealed,
            });
        }
    }
    let mut texts = identity.open_all(tenant, &fields).await?.into_iter();
    let presence = identity.presence(tenant, &people).await?;
    let views = members.into_iter().zip(&people).map(|((member, _), id)| {
        let here = presence.get(id);
        MemberView {
            member,
            email: texts.next().flatten(),
            name: texts.next().flatten(),
            last_login: here.map(|here| here.signed_in_at),
            last_seen_at: here.map(|here| here.seen_at),
        }
    });
    Ok(views.collect())
}

fn resource(row: &DocumentRow) -> Result<MembershipResource, ReadError> {
    let mut all = row.body.clone();
    let active = all.get("status").is_some_and(|status| status == "active");
    let beside = json!({
        "id": row.id, "isActive": active, "createdAt": row.created_at, "updatedAt": row.updated_at,
        "revision": row.revision,
    });
    if let Value::Object(beside) = beside {
        all.extend(beside);
    }
    MembershipResource::deserialize(Value::Object(all))
        .map_err(|error| ReadError::Corrupt(format!("member {}: {error}", row.id)))
}
