//! The buildings of an organization, as lists and maps show them.

mod apply;
mod patch;
mod queries;
mod row;
mod verify;
mod write;

pub use queries::{Filter, Sort, SortField, get, list};
pub use row::BuildingRow;

pub(crate) use patch::BuildingPatch;
pub(crate) use verify::ExpectedBuilding;

/// The read model itself.
pub(crate) enum Buildings {}
