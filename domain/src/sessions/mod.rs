//! Sessions: a person signed in to an organization, until it ends. What lets the person in again
//! (tokens, their hashes) is in the vault alone.

mod command;
mod event;
#[cfg(test)]
mod spec;
mod state;

pub use command::{Begin, SessionCommand};
pub use event::{Began, EndReason, Ended, SessionEvent, SignIn};
pub use state::{Facts, Session};
