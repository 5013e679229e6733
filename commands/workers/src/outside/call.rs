//! A call, and what became of it.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};

/// A call to make.
#[derive(Clone)]
pub struct Call {
    pub(super) method: Method,
    pub(super) address: String,
    /// Goes to the address's own origin and nowhere else.
    pub(super) secret: Option<(HeaderName, HeaderValue)>,
    /// A body of JSON.
    pub(super) json: Option<String>,
}

/// Neither the address nor what is sent: either may be a secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = &mut f.debug_struct("Call");
        call.field("method", &self.method).finish_non_exhaustive()
    }
}

impl Call {
    /// Gets what stands at an address.
    pub fn get(address: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            address: address.into(),
            secret: None,
            json: None,
        }
    }

    /// Posts JSON to an address.
    pub fn post(address: impl Into<String>, json: impl Into<String>) -> Self {
        Self {
            method: Method::POST,
            json: Some(json.into()),
            ..Self::get(address)
        }
    }

    /// With a header that goes to this origin alone: a redirect elsewhere isn't followed then.
    #[must_use]
    pub fn with_secret(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.secret = Some((name, value));
        self
    }
}

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
    /// Nothing was called.
    #[error("too many services are being called at once")]
    Busy,
}
