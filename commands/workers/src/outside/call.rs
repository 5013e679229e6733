//! What became of a call.

use std::time::Duration;

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    /// The HTTP status.
    pub status: u16,
    pub took: Duration,
    /// At most as many bytes as were asked for.
    pub body: Vec<u8>,
    /// The body went on beyond that.
    pub cut: bool,
}

/// Why there is no answer. None of them repeats the address or what was sent with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutsideError {
    #[error("the address is no http or https URL without a user or password in it")]
    BadAddress,
    /// It, or where it led, lies in a network of our own.
    #[error("the address is not a public one")]
    NotPublic,
    #[error("the name of the host is not known")]
    UnknownHost,
    #[error("the service redirects too often, or elsewhere with credentials")]
    Redirected,
    #[error("the service did not answer in time")]
    TooSlow,
    #[error("the service's certificate is not valid")]
    BadCertificate,
    #[error("the service can't be reached")]
    Unreachable,
}
