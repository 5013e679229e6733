//! Read models of things there are few of: a row holds a document, the thing as callers see it.
//!
//! What an organization has by the thousand (its people, keys, notices) needs no column for each
//! field: a model here says which document an event leaves, and shares table, statements, lists and
//! verification with all others.

#[cfg(test)]
mod agreement;
mod apply;
mod filter;
mod model;
mod patch;
mod queries;
mod row;
mod verify;
mod write;

pub use filter::{DocumentFilter, DocumentOrder};
pub use queries::{counts, get, list};
pub use row::DocumentRow;

#[cfg(test)]
pub(crate) use agreement::assert_agreement;
pub(crate) use apply::Documents;
pub(crate) use model::{DocumentModel, Effect, document_table, fields, owner_index, time_index};
