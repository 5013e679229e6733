//! Connecting a service.

use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::Patch;
use flowgrid_domain::integrations::{
    Integration, IntegrationCommand, IntegrationResource, read_integration,
};
use flowgrid_domain::values::Slug;
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use uuid::Uuid;

use super::inputs::IntegrationInput;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::identity::{MOST_OF_A_PERSON, present};
use crate::request::Incoming;

/// How many integrations all of an organization may have together: the vault keeps no more
/// credentials.
const MOST: u64 = 1_000;

/// Connect an outside service. Its credentials are kept encrypted and never shown again.
#[utoipa::path(
    post,
    path = "",
    tag = "users",
    params(CommandHeaders),
    request_body = IntegrationInput,
    responses(
        (status = 201, description = "Connected", body = Success<Commanded<IntegrationResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn create_integration(
    access: Access<User>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let wanted = read_integration(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let person = access.person()?;
    check_room(&access, person).await?;
    let owner = Slug::parse(&person.to_string()).map_err(ApiError::internal)?;
    let request = Request {
        id: access.ids().uuid_v7(access.now()).to_string(),
        command: IntegrationCommand::Create(wanted.create(owner)),
        if_match: incoming.if_match,
        idempotency: incoming.idempotency,
        status: 201,
        follow_claim: false,
    };
    let outcome = access
        .execute::<Integration>("integration.create", request)
        .await?;
    // The log comes first. Where the vault is gone, repeating the request finishes it.
    let credentials = wanted.credentials.map_or(Patch::Absent, Patch::Set);
    visitor
        .identity()
        .keep_credentials(person, access.tenant(), &outcome, &credentials)
        .await?;
    commanded(&outcome)
}

async fn check_room(access: &Access<User>, person: Uuid) -> Result<(), ApiError> {
    let mine = present(person, 0);
    let all = DocumentFilter {
        owner: None,
        ..mine.clone()
    };
    let mut tx = access.query(&[ModelName::Integrations]).await?;
    for (filter, most) in [(mine, MOST_OF_A_PERSON.into()), (all, MOST)] {
        let page = documents::list(&mut tx, ModelName::Integrations, &filter).await?;
        if page.total >= most {
            return Err(ApiError::Refused {
                code: "too-many-integrations",
                detail: format!("there are {most} already; delete one first").into(),
            });
        }
    }
    Ok(())
}
