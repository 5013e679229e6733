//! Success, in the shapes of the contract.

mod commanded;
mod page;
mod read;

pub use commanded::{Commanded, commanded};
pub use page::{Keyset, KeysetPage, Listed, Pagination, listed};
pub use read::{Success, etag, json, read_json, success};
