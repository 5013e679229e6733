//! The composition root: roles, settings and the tools of an operator.

pub mod cli;
mod demo;
pub mod doctor;
mod failure;
pub mod import;
pub mod listen;
mod node;
mod people;
pub mod roles;
pub mod settings;
mod shutdown;
pub mod tools;
pub mod up;

pub use failure::Failure;
pub use node::{Node, NodeOptions, Roles};
pub use people::PeopleSettings;
