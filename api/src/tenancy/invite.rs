//! Inviting people, and changing one's mind.

use axum::response::Response;
use flowgrid_domain::invitations::{Invitation, InvitationCommand, read_invitation};
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use serde_json::{Map, Value};

use super::inputs::InvitationInput;
use super::invitation::{InvitationView, answered};
use crate::answer::{Commanded, Success};
use crate::context::{Access, Admin, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// The most that an organization has waiting, those that have become too old included.
pub const MOST_OPEN: u64 = 1_000;

/// Invite an address, which is mailed a link that is good for 7 days.
///
/// 409 `already-member` or `invitation-open`; one that has expired is sent anew. Who registers, signs in
/// or is signed in with that link becomes a member.
#[utoipa::path(
    post,
    path = "/api/v1/organization/invitations",
    tag = "tenancy",
    params(CommandHeaders),
    request_body = InvitationInput,
    responses((status = 201, description = "Sent", body = Success<Commanded<InvitationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn invite(
    access: Access<Admin>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let body = without_premium(incoming.fields()?);
    let request = read_invitation(&body).map_err(ApiError::Invalid)?;
    let person = access.person()?;
    check_room(&access).await?;
    let identity = visitor.identity();
    let outcome = identity
        .invite(person, access.tenant(), &request, incoming.idempotency)
        .await?;
    answered(identity, access.tenant(), &outcome, access.now()).await
}

/// Mail an invitation once more, for another 7 days if it had expired. The link before is void.
#[utoipa::path(
    post,
    path = "/api/v1/organization/invitations/{id}/resend",
    tag = "tenancy",
    params(("id" = String, Path)),
    responses((status = 200, description = "Sent", body = Success<Commanded<InvitationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn send_again(
    access: Access<Admin>,
    visitor: Visitor,
    PathId(id): PathId,
) -> Result<Response, ApiError> {
    let id = id.parse().map_err(|_| ApiError::NotFound)?;
    let identity = visitor.identity();
    let outcome = identity
        .send_again(access.person()?, access.tenant(), id)
        .await?;
    answered(identity, access.tenant(), &outcome, access.now()).await
}

/// Revoke an invitation: its link is good for nothing any more.
#[utoipa::path(
    delete,
    path = "/api/v1/organization/invitations/{id}",
    tag = "tenancy",
    params(("id" = String, Path), CommandHeaders),
    responses((status = 200, description = "Revoked", body = Success<Commanded<InvitationView>>,
        headers(("ETag" = String), ("X-Event-Position" = String))), CommandFailures)
)]
pub async fn revoke(
    access: Access<Admin>,
    visitor: Visitor,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let request = incoming.to(id, InvitationCommand::Revoke);
    let outcome = access
        .execute::<Invitation>("invitation.revoke", request)
        .await?;
    answered(visitor.identity(), access.tenant(), &outcome, access.now()).await
}

/// As the read model has it: a few too many do no harm.
async fn check_room(access: &Access<Admin>) -> Result<(), ApiError> {
    let open = DocumentFilter {
        equal: vec![("status", "open".to_owned())],
        limit: 1,
        ..DocumentFilter::default()
    };
    let mut tx = access.query(&[ModelName::Invitations]).await?;
    let waiting = documents::list(&mut tx, ModelName::Invitations, &open).await?;
    if waiting.total < MOST_OPEN {
        return Ok(());
    }
    Err(ApiError::Refused {
        code: "too-many-invitations",
        detail: format!("{MOST_OPEN} invitations are waiting: revoke those that nobody accepts")
            .into(),
    })
}

/// Flov7's premium members are users; what they pay for is a plan of their own.
fn without_premium(mut body: Map<String, Value>) -> Map<String, Value> {
    if body.get("role").is_some_and(|role| role == "premium") {
        body.insert("role".into(), "user".into());
    }
    body
}
