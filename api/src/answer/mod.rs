//! Success, in the shapes of the contract.

mod commanded;
mod page;
mod read;

pub use commanded::{Commanded, EVENT_POSITION, commanded, commanded_as};
pub use page::{Keyset, KeysetPage, Listed, Pagination, listed};
pub use read::{Success, etag, json, read_json, read_revision, success};
