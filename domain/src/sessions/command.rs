//! What callers may ask of a session. Personal data comes sealed.

use super::{EndReason, SignIn};
use crate::values::{PersonId, Sealed};

/// One command to one session.
#[derive(Clone, Debug, PartialEq)]
pub enum SessionCommand {
    Begin(Begin),
    End { reason: EndReason },
}

/// Somebody has signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Begin {
    pub person: PersonId,
    pub method: SignIn,
    /// A second factor was given.
    pub second_factor: bool,
    /// It is to last beyond the browser's own session.
    pub remember: bool,
    /// The user agent, sealed.
    pub device: Option<Sealed>,
    /// The network address, sealed.
    pub address: Option<Sealed>,
}
