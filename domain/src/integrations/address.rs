//! Where a service is, without a secret in it.

use serde::Serialize;

use crate::values::{FromJson, Invalid, string};

/// The longest address and path, in bytes.
const LONGEST: usize = 2_000;
const LONGEST_PATH: usize = 500;
const LONGEST_HEADER: usize = 100;
/// Headers that belong to the connection or say where a request goes.
const OURS: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
];

/// The address of a service: http or https, a host, perhaps a port and a path; no user, query or
/// fragment, in which secrets would stand. Without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let Address { origin, rest } = read(text)?;
        if rest.contains(['?', '#']) {
            return Invalid::because(
                "must have no query and no fragment; an address that is a secret itself goes into credentials.url",
            );
        }
        Ok(Self(format!("{origin}{}", rest.trim_end_matches('/'))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address, taken apart. What has two spellings here is two addresses: then credentials are asked
/// for once more, which does no harm.
pub(super) struct Address<'a> {
    /// Scheme, host and port, in lower case: whom credentials are meant for.
    pub origin: String,
    pub rest: &'a str,
}

/// Of an address that was checked; `None` for any other text.
pub(super) fn origin_of(address: &str) -> Option<String> {
    read(address).ok().map(|address| address.origin)
}

/// An address that a service may have, secret or not.
pub(super) fn read(text: &str) -> Result<Address<'_>, Invalid> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Invalid::because(format!("must be at most {LONGEST} bytes"));
    }
    let plain = |b: u8| b.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&b);
    if !text.bytes().all(plain) {
        return Invalid::because("must be an address in ASCII, other characters escaped");
    }
    let (scheme, after) = text.split_once("://").unwrap_or_default();
    if !["http", "https"].contains(&&*scheme.to_ascii_lowercase()) {
        return Invalid::because("must begin with https:// or http://");
    }
    let end = after.find(['/', '?', '#']).unwrap_or(after.len());
    let (host, rest) = after.split_at(end);
    if host.contains('@') {
        return Invalid::because("must hold no user and no password; they go into credentials");
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    if host.is_empty() || host.starts_with(':') || !host.bytes().all(allowed) {
        return Invalid::because("must name a host");
    }
    let origin = format!("{scheme}://{host}").to_ascii_lowercase();
    Ok(Address { origin, rest })
}

/// What is added to the address for a test: `/me`. So it can never lead to another host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct TestPath(String);

impl TestPath {
    /// # Errors
    /// When it doesn't begin with a slash, or is too long.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let visible = |b: u8| b.is_ascii_graphic() && b != b'#' && b != b'\\';
        if text.starts_with('/') && text.len() <= LONGEST_PATH && text.bytes().all(visible) {
            return Ok(Self(text.to_owned()));
        }
        Invalid::because(format!(
            "must begin with a slash and be at most {LONGEST_PATH} visible ASCII characters"
        ))
    }
}

/// The header in which a service wants its key, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct HeaderName(String);

impl HeaderName {
    /// # Errors
    /// When it is no name of a header, or one that is not free to set.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let name = text.trim().to_ascii_lowercase();
        let fits = (1..=LONGEST_HEADER).contains(&name.len());
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if !fits || !name.bytes().all(allowed) {
            return Invalid::because("must be the name of a header, such as X-API-Key");
        }
        let ours = OURS.contains(&&*name) || name.starts_with("proxy-");
        if ours || name.starts_with("x-forwarded-") {
            return Invalid::because("names a header that can't be set");
        }
        Ok(Self(name))
    }
}

macro_rules! texts {
    ($($name:ident)+) => {
        $(
            impl FromJson for $name {
                fn from_json(value: &serde_json::Value) -> Result<Self, Invalid> {
                    Self::parse(string(value)?)
                }

                fn is_blank(value: &serde_json::Value) -> bool {
                    value.is_null() || value == ""
                }
            }

            impl From<$name> for String {
                fn from(text: $name) -> Self {
                    text.0
                }
            }
        )+
    };
}

texts!(BaseUrl TestPath HeaderName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_secret() {
        let read = |text: &str| BaseUrl::parse(text).map(String::from).ok();
        assert_eq!(
            read(" https://API.example.org/v1/ ").as_deref(),
            Some("https://api.example.org/v1")
        );
        assert_eq!(
            read("http://10.0.0.1:8080").as_deref(),
            Some("http://10.0.0.1:8080")
        );
        for bad in [
            "",
            "example.org",
            "ftp://example.org",
            "file:///etc/passwd",
            "https://",
            "https://user:pw@example.org",
            "https://user@example.org",
            "https://example.org/?token=x",
            "https://example.org/#x",
            "javascript:alert(1)",
            "https://a.example\\@evil.example",
            "https:// evil.example",
            "https://:80",
            "https://e%00vil",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert!(BaseUrl::parse(&format!("https://e.org/{}", "x".repeat(LONGEST))).is_err());
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = |text: &str| origin_of(text).unwrap();
        assert_eq!(origin("https://a.example/x"), origin("HTTPS://A.example?y"));
        for other in [
            "http://a.example",
            "https://b.example",
            "https://a.example:8443",
        ] {
            assert_ne!(origin("https://a.example"), origin(other));
        }
    }

    #[test]
    fn a_path_leads_to_no_other_host() {
        for good in ["/", "/me", "//evil.example", "/a?b=c"] {
            let path = TestPath::parse(good).unwrap();
            let origin = origin_of(&format!("https://a.example{}", path.0));
            assert_eq!(origin.as_deref(), Some("https://a.example"));
        }
        for bad in [
            "",
            "me",
            "@evil.example",
            ".evil.example",
            ":8080/",
            "/a b",
            "/a\n",
            "/\\x",
            "/#",
        ] {
            assert!(TestPath::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_header_is_one_that_may_be_set() {
        assert_eq!(
            String::from(HeaderName::parse("X-API-Key").unwrap()),
            "x-api-key"
        );
        for bad in [
            "",
            "a b",
            "a:b",
            "a\r\nb",
            "Host",
            "Transfer-Encoding",
            "X-Forwarded-For",
            "Proxy-Authorization",
        ] {
            assert!(HeaderName::parse(bad).is_err(), "{bad}");
        }
    }
}
