//! The pure model: what may happen to a building, an alert or a person, and what follows from it.
//!
//! No clock, no randomness, no I/O: a command carries the time, the ids and the person. An
//! aggregate decides ([`Decider::decide`]) which events a command causes and folds events into
//! state ([`Decider::evolve`]). Events hold plain values, because what was accepted once must be
//! readable for ever; commands hold checked ones ([`values`]), which [`Fields`] reads from input.

mod events;

pub mod aggregates;
pub mod alerts;
pub mod buildings;
#[cfg(feature = "cqrs-es")]
pub mod cqrs;
mod decider;
mod fields;
pub mod integrations;
pub mod invitations;
pub mod keys;
mod log_kind;
pub mod memberships;
pub mod notifications;
pub mod organizations;
mod patch;
pub mod people;
pub mod readings;
mod rejection;
pub mod rules;
#[cfg(feature = "openapi")]
mod schema;
pub mod security;
pub mod sensors;
pub mod sessions;
mod shown;
pub mod tariffs;
pub mod values;

pub use decider::{ClaimChange, Decider, DecodeError, Event};
pub use fields::Fields;
pub use log_kind::LogKind;
pub use patch::Patch;
pub use rejection::{FieldError, Rejection};
#[cfg(feature = "openapi")]
pub use schema::EventSchema;
pub use shown::Shown;
