//! Asking read models: nothing but a tenant transaction reaches them.

mod live;
mod models;
mod page;
mod role;
mod transaction;
#[cfg(feature = "unprotected")]
mod unprotected;
mod wait;

pub use models::ReadModels;
pub use page::Page;
pub(crate) use page::{LIST_LIMIT, contains_pattern};
pub use transaction::TenantTx;
