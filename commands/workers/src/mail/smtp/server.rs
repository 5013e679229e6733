//! Which mail server, and how it is spoken to.

use std::str::FromStr;

use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::mail::MailError;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From its first byte.
    Implicit,
    /// Before anything is said; a server that doesn't offer it is sent nothing.
    StartTls,
    /// Not at all: for a server on the same machine or network, without a password.
    Never,
}

/// A mail server: `smtps://user:password@host:port` (465 by default),
/// `smtp://user:password@host:port` (587, STARTTLS required) or `smtp://host:port?tls=none` (25).
/// `Debug` shows neither user nor password.
#[derive(Clone, Debug)]
pub struct SmtpServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Tls,
    pub(crate) credentials: Option<Credentials>,
}

impl FromStr for SmtpServer {
    type Err = MailError;

    fn from_str(text: &str) -> Result<Self, MailError> {
        let url = Url::parse(text.trim()).map_err(|_| shape())?;
        let tls = tls_of(&url)?;
        let credentials = credentials_of(&url)?;
        let host = match url.host().ok_or_else(shape)? {
            // Its scheme isn't one of the web, so the URL's parser leaves it as it is.
            Host::Domain(name) => Host::parse(name).map_err(|_| shape())?,
            Host::Ipv4(address) => Host::Ipv4(address),
            Host::Ipv6(address) => Host::Ipv6(address),
        };
        if tls == Tls::Never && credentials.is_some() && !is_this_machine(&host) {
            return setting("a password is sent over TLS only: leave out tls=none");
        }
        Ok(Self {
            port: url.port().unwrap_or(usual_port(tls)),
            host: match host {
                Host::Domain(name) => name,
                Host::Ipv4(address) => address.to_string(),
                Host::Ipv6(address) => address.to_string(),
            },
            tls,
            credentials,
        })
    }
}

fn tls_of(url: &Url) -> Result<Tls, MailError> {
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(shape());
    }
    match (url.scheme(), url.query()) {
        ("smtps", None) => Ok(Tls::Implicit),
        ("smtp", None) => Ok(Tls::StartTls),
        ("smtp", Some("tls=none")) => Ok(Tls::Never),
        ("smtp" | "smtps", Some(_)) => setting("after ? only tls=none is known, with smtp://"),
        _ => Err(shape()),
    }
}

fn credentials_of(url: &Url) -> Result<Option<Credentials>, MailError> {
    let Some(password) = url.password() else {
        return match url.username() {
            "" => Ok(None),
            _ => setting("a user needs a password"),
        };
    };
    let decoded = |text: &str| {
        let text = percent_decode_str(text).decode_utf8();
        text.map(String::from).map_err(|_| shape())
    };
    let (user, password) = (decoded(url.username())?, decoded(password)?);
    // A zero byte divides the two in AUTH PLAIN (RFC 4616).
    if user.is_empty() || user.contains('\0') || password.contains('\0') {
        return Err(shape());
    }
    Ok(Some(Credentials::new(user, password)))
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn usual_port(tls: Tls) -> u16 {
    match tls {
        Tls::Implicit => 465,
        Tls::StartTls => 587,
        Tls::Never => 25,
    }
}

/// Doesn't repeat the URL: it holds a password.
fn shape() -> MailError {
    MailError::Setting(
        "expected smtps://user:password@host:port or smtp://user:password@host:port, \
         user and password percent-encoded"
            .into(),
    )
}

fn setting<T>(text: &str) -> Result<T, MailError> {
    Err(MailError::Setting(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> SmtpServer {
        text.parse().unwrap()
    }

    #[test]
    fn the_scheme_says_how_it_is_protected() {
        let server = parsed("smtps://anna:s%40crt@mail.example.org");
        let expected = Credentials::new("anna".into(), "s@crt".into());
        assert_eq!((server.port, server.tls), (465, Tls::Implicit));
        assert_eq!(server.host, "mail.example.org");
        assert_eq!(server.credentials, Some(expected));
        let server = parsed("smtp://mail.example.org");
        assert_eq!((server.port, server.tls), (587, Tls::StartTls));
        let server = parsed("smtp://[::1]:1025?tls=none");
        assert_eq!((server.port, server.tls), (1025, Tls::Never));
        assert_eq!(server.host, "::1");
    }

    #[test]
    fn a_password_in_the_clear_leaves_this_machine_never() {
        assert!(
            "smtp://a:b@mail.example.org?tls=none"
                .parse::<SmtpServer>()
                .is_err()
        );
        assert!(
            "smtp://a:b@10.0.0.1?tls=none"
                .parse::<SmtpServer>()
                .is_err()
        );
        assert!(
            "smtp://mail.example.org?tls=none"
                .parse::<SmtpServer>()
                .is_ok()
        );
        assert!(
            "smtp://a:b@127.0.0.1?tls=none"
                .parse::<SmtpServer>()
                .is_ok()
        );
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for text in [
            "mail.example.org",
            "http://anna:hunter2@mail.example.org",
            "smtp://anna:hunter2@",
            "smtp://anna:hunter2@mail.example.org?tls=opportunistic",
            "smtps://anna:hunter2@mail.example.org?tls=none",
            "smtp://anna:hunter2@mail.example.org/path",
            "smtp://anna@mail.example.org",
            "smtp://anna:hunter2%00@mail.example.org",
            "smtp://:hunter2@mail.example.org",
        ] {
            let error = text.parse::<SmtpServer>().unwrap_err().to_string();
            assert!(
                !error.contains("hunter2") && !error.contains("anna"),
                "{error}"
            );
        }
        let server = parsed("smtps://anna:hunter2@mail.example.org");
        let shown = format!("{server:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("anna"),
            "{shown}"
        );
    }
}
