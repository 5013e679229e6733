//! Calls to services that callers name: integrations, webhooks.
//!
//! Whoever may name an address could have us call our own network (server-side request forgery,
//! OWASP API7:2023). So only public addresses are called, which is decided by the address that the
//! connection goes to, after every look-up and at every redirect; an allow-list opens others.

mod allowed;
mod call;
mod client;
mod public;

pub use allowed::{Allowed, BadAllowance};
pub use call::{Call, Called, OutsideError};
pub use client::{Outside, OutsideOptions};
