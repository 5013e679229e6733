//! Answers that are one page of many.

use axum::response::Response;
use flowgrid_bus::Position;
use flowgrid_projections::Page;
use serde::Serialize;
use utoipa::ToSchema;

use super::read_json;
use crate::error::ApiError;
use crate::request::Window;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    pub data: Vec<T>,
    pub pagination: Pagination,
}

/// Where a page stands in its list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    pub total: u64,
    pub limit: u32,
    pub offset: u32,
    pub has_more: bool,
}

impl Pagination {
    pub fn of(window: Window, shown: usize, total: u64) -> Self {
        let end = u64::from(window.offset).saturating_add(shown as u64);
        Self {
            total,
            limit: window.limit,
            offset: window.offset,
            has_more: end < total,
        }
    }
}

/// A page of a list that goes on by key.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeysetPage<T> {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
    pub data: Vec<T>,
    pub pagination: Keyset,
}

/// Where a page by key ends.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Keyset {
    pub limit: u32,
    /// Hand it back as `cursor` for what follows, now or later.
    #[schema(value_type = String, example = "1-7f3a91c2-1234")]
    pub cursor: Position,
    /// More is there already.
    pub has_more: bool,
}

/// The answer to a list's query.
pub fn listed<T: Serialize>(window: Window, page: Page<T>) -> Result<Response, ApiError> {
    let body = Listed {
        success: true,
        pagination: Pagination::of(window, page.items.len(), page.total),
        data: page.items,
    };
    read_json(&body, None)
}
