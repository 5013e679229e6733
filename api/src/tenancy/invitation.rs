//! An invitation as admins see it.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_commands::Outcome;
use flowgrid_domain::invitations::{Invitation, InvitationResource, InvitationStatus};
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

/// An invitation with the address that it was sent to.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    #[serde(flatten)]
    invitation: InvitationResource,
    /// Null once it was accepted: the address is the member's then.
    email: Option<String>,
}

/// The answer to a command.
pub async fn answered(
    identity: &Identity,
    tenant: &Tenant,
    outcome: &Outcome<Invitation>,
    now: DateTime<Utc>,
) -> Result<Response, ApiError> {
    let (created, updated) = (outcome.created_at, outcome.updated_at);
    let invitation = outcome
        .state
        .resource(&outcome.id, now, created, updated, outcome.revision);
    let invitation = invitation.ok_or(ApiError::NotFound)?;
    let facts = outcome.state.facts().ok_or(ApiError::NotFound)?;
    let field = field(&outcome.id, facts.email.as_str())?;
    let email = identity.open_all(tenant, &[field]).await?.pop().flatten();
    let status = StatusCode::from_u16(outcome.status).map_err(ApiError::internal)?;
    let view = InvitationView { invitation, email };
    commanded_as(status, view, outcome.revision, outcome.position)
}

/// A page of them.
pub async fn shown(
    identity: &Identity,
    tenant: &Tenant,
    rows: &[DocumentRow],
    now: DateTime<Utc>,
) -> Result<Vec<InvitationView>, ApiError> {
    let sealed = rows.iter().map(|row| {
        let sealed = row.body.get("email").and_then(Value::as_str);
        field(&row.id, sealed.unwrap_or_default())
    });
    let sealed: Vec<Field<'_>> = sealed.collect::<Result<_, _>>()?;
    let emails = identity.open_all(tenant, &sealed).await?;
    let pairs = rows.iter().zip(emails);
    pairs
        .map(|(row, email)| {
            let invitation = resource(row, now)?;
            Ok(InvitationView { invitation, email })
        })
        .collect()
}

fn field<'a>(id: &str, sealed: &'a str) -> Result<Field<'a>, ApiError> {
    Ok(Field {
        subject: id.parse::<Uuid>().map_err(ApiError::internal)?,
        name: "email",
        sealed,
    })
}

fn resource(row: &DocumentRow, now: DateTime<Utc>) -> Result<InvitationResource, ReadError> {
    let mut all = row.body.clone();
    let beside = json!({
        "id": row.id, "createdAt": row.created_at, "updatedAt": row.updated_at, "revision": row.revision,
    });
    if let Value::Object(beside) = beside {
        all.extend(beside);
    }
    let mut read = InvitationResource::deserialize(Value::Object(all))
        .map_err(|error| ReadError::Corrupt(format!("invitation {}: {error}", row.id)))?;
    if read.status == InvitationStatus::Open && read.expires_at <= now {
        read.status = InvitationStatus::Expired;
    }
    Ok(read)
}
