//! Which notifications are asked for.

use chrono::{DateTime, Utc};
use flowgrid_projections::documents::{DocumentFilter, DocumentOrder};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::error::ApiError;
use crate::request::{Params, Window};

/// Which notifications.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes requests")]
pub struct NotificationQuery {
    /// `true`: only those that are not read yet; `false`: only those that are.
    unread: Option<bool>,
    /// What they are about, such as `role-changed`.
    r#type: Option<String>,
    #[param(rename = "updatedSince")]
    updated_since: Option<DateTime<Utc>>,
    /// `createdAt` or `updatedAt`; `-createdAt`, the newest first, when absent. `updatedAt` only
    /// descending.
    sort: Option<String>,
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Also `skip`, or `page` from 1.
    #[param(maximum = 1_000_000, default = 0)]
    offset: Option<u32>,
}

pub fn filter(params: &Params, person: Uuid, window: Window) -> Result<DocumentFilter, ApiError> {
    let mut equal = Vec::new();
    if let Some(unread) = params.parsed::<bool>("unread", "true or false")? {
        equal.push(("read", (!unread).to_string()));
    }
    if let Some(kind) = params.text("type") {
        equal.push(("type", kind.to_owned()));
    }
    Ok(DocumentFilter {
        equal,
        updated_since: params.time("updatedSince")?,
        order: order(params)?,
        offset: window.offset.into(),
        ..own(person, window.limit)
    })
}

/// A person's own, the newest first.
pub fn own(person: Uuid, limit: u32) -> DocumentFilter {
    DocumentFilter {
        owner: Some(person.to_string()),
        limit,
        ..DocumentFilter::default()
    }
}

fn order(params: &Params) -> Result<DocumentOrder, ApiError> {
    match params.text("sort") {
        None | Some("-createdAt" | "-created_at") => Ok(DocumentOrder::NewestFirst),
        Some("createdAt" | "created_at") => Ok(DocumentOrder::OldestFirst),
        Some("-updatedAt" | "-updated_at") => Ok(DocumentOrder::LastChangedFirst),
        Some(_) => Err(ApiError::parameter(
            "sort",
            "must be createdAt, -createdAt or -updatedAt",
        )),
    }
}
