//! `sort=field` or `sort=-field`.

use super::{Params, camel};
use crate::error::ApiError;

/// The field, and whether the order is descending; `parse` knows the fields.
pub fn sort_of<F>(
    params: &Params,
    parse: impl Fn(&str) -> Option<F>,
) -> Result<Option<(F, bool)>, ApiError> {
    let Some(text) = params.text("sort") else {
        return Ok(None);
    };
    let (name, descending) = match text.strip_prefix('-') {
        Some(name) => (name, true),
        None => (text, false),
    };
    let field = parse(&camel(name));
    field
        .map(|field| Some((field, descending)))
        .ok_or_else(|| ApiError::parameter("sort", "names no field that can be sorted by"))
}
