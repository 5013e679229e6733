//! The list of security events.

use axum::response::Response;
use flowgrid_domain::security::SecurityEventResource;
use flowgrid_projections::documents::{self, DocumentFilter, DocumentOrder};
use flowgrid_projections::{ModelName, Page};

use super::inputs::SecurityEventQuery;
use super::opened::shown_records;
use crate::answer::{Listed, listed};
use crate::context::{Access, Admin, Visitor};
use crate::document::{QueryFailures, QueryHeaders};
use crate::error::ApiError;
use crate::identity::Identity;
use crate::request::{Params, Window};

/// What happened in the organization that concerns security, the newest first.
#[utoipa::path(
    get,
    path = "/events",
    tag = "security",
    params(SecurityEventQuery, QueryHeaders),
    responses((status = 200, description = "A page", body = Listed<SecurityEventResource>), QueryFailures)
)]
pub async fn list_security_events(
    access: Access<Admin>,
    visitor: Visitor,
    params: Params,
) -> Result<Response, ApiError> {
    let window = Window::of(&params)?;
    let identity = visitor.identity();
    let filter = filter(&params, window, identity)?;
    let mut tx = access.query(&[ModelName::SecurityEvents]).await?;
    let page = documents::list(&mut tx, ModelName::SecurityEvents, &filter).await?;
    drop(tx);
    let page = Page {
        items: shown_records(identity, access.tenant(), &page.items).await?,
        total: page.total,
    };
    listed(window, page)
}

fn filter(
    params: &Params,
    window: Window,
    identity: &Identity,
) -> Result<DocumentFilter, ApiError> {
    let mut equal = Vec::new();
    if let Some((_, kind)) = params.any_of(&["type", "eventType"]) {
        equal.push(("eventType", kind.to_owned()));
    }
    // Addresses stand there sealed: their keyed hashes are compared.
    if let Some(address) = params.parsed("ipAddress", "an IP address")? {
        equal.push(("address", identity.address_index(address)));
    }
    Ok(DocumentFilter {
        owner: params.text("userId").map(str::to_owned),
        equal,
        updated_since: params.time("updatedSince")?,
        created_from: params.time("from")?,
        created_before: params.time("to")?,
        order: order(params)?,
        limit: window.limit,
        offset: window.offset.into(),
        ..DocumentFilter::default()
    })
}

/// The newest first, unless `sort=timestamp` says otherwise.
pub fn order(params: &Params) -> Result<DocumentOrder, ApiError> {
    match params.text("sort") {
        None | Some("-timestamp" | "-createdAt") => Ok(DocumentOrder::NewestFirst),
        Some("timestamp" | "createdAt") => Ok(DocumentOrder::OldestFirst),
        Some("-updatedAt") => Ok(DocumentOrder::LastChangedFirst),
        Some(_) => {
            let detail =
                "must be timestamp, createdAt, with - before it for descending, or -updatedAt";
            Err(ApiError::parameter("sort", detail))
        }
    }
}
