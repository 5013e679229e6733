//! The alerts of an organization that were not withdrawn.

mod apply;
mod filter;
mod patch;
mod queries;
mod row;
mod verify;
mod write;

pub use filter::{Filter, Sort, SortField, SourceFilter};
pub use queries::{get, list};
pub use row::AlertRow;

pub(crate) use patch::AlertPatch;
pub(crate) use verify::ExpectedAlert;

/// The read model itself.
pub(crate) enum Alerts {}
