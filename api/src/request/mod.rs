//! Reading requests: bodies in either spelling, parameters, preconditions, keys.

mod body;
mod delivery;
mod idempotency;
mod incoming;
mod paging;
mod params;
mod path_id;
mod precondition;
mod read;
mod sorting;
mod spelling;
mod time_range;
mod trace;
mod unpack;
mod upload;

use axum::http::HeaderMap;

#[cfg(test)]
mod properties;

pub use delivery::Delivery;
pub use idempotency::{described, idempotency_key};
pub use incoming::{Conditions, Incoming};
pub use paging::{Window, limit};
pub use params::Params;
pub use path_id::{PathId, is_id};
pub use read::read as read_body;
pub use sorting::sort_of;
pub use spelling::{camel, snake};
pub use time_range::TimeRange;
pub use trace::TraceParent;
pub use upload::Upload;

/// The header's text, trimmed; `None` when it is absent or no visible ASCII.
pub fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
}
