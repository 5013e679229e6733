//! Who is invited.

use axum::response::Response;
use chrono::{DateTime, Utc};
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page};

use super::inputs::InvitationQuery;
use super::invitation::{InvitationView, shown};
use crate::answer::{Listed, listed};
use crate::context::{Access, Admin, Visitor};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::request::{Params, Window, sort_of};

/// Invitations, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/organization/invitations",
    tag = "tenancy",
    params(InvitationQuery, QueryHeaders),
    responses((status = 200, description = "A page", body = Listed<InvitationView>), QueryFailures)
)]
pub async fn list_invitations(
    access: Access<Admin>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let filter = filter(&params, window, access.now())?;
    let mut tx = access.query(&[ModelName::Invitations]).await?;
    let page = documents::list(&mut tx, ModelName::Invitations, &filter).await?;
    drop(tx);
    let (identity, tenant) = (visitor.identity(), access.tenant());
    let items = shown(identity, tenant, &page.items, access.now()).await?;
    listed(
        window,
        Page {
            items,
            total: page.total,
        },
    )
}

fn filter(params: &Params, window: Window, now: DateTime<Utc>) -> Result<DocumentFilter, ApiError> {
    let mut filter = DocumentFilter {
        updated_since: params.time("updatedSince")?,
        order: order(params)?,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    };
    let expiry = ("expiresAt", now);
    let status = match params.text("status") {
        None | Some("all") => return Ok(filter),
        Some("open") => {
            filter.after.push(expiry);
            "open"
        }
        Some("expired") => {
            filter.until.push(expiry);
            "open"
        }
        Some("accepted") => "accepted",
        Some("revoked") => "revoked",
        Some(_) => {
            let detail = "must be open, expired, accepted or revoked";
            return Err(ApiError::parameter("status", detail));
        }
    };
    filter.equal.push(("status", status.to_owned()));
    Ok(filter)
}

/// The orders that the read model has.
fn order(params: &Params) -> Result<DocumentOrder, ApiError> {
    let named = sort_of(params, |name| {
        ["createdAt", "updatedAt", "id"]
            .into_iter()
            .find(|known| *known == name)
    })?;
    match named {
        None | Some(("createdAt", true)) => Ok(DocumentOrder::NewestFirst),
        Some(("createdAt", false)) => Ok(DocumentOrder::OldestFirst),
        Some(("updatedAt", true)) => Ok(DocumentOrder::LastChangedFirst),
        Some(("id", false)) => Ok(DocumentOrder::ById),
        Some(_) => Err(ApiError::parameter(
            "sort",
            "must be createdAt, -createdAt, -updatedAt or id",
        )),
    }
}
