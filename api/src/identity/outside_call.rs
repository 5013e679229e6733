//! From an integration and its credentials to a call.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderName, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flowgrid_domain::integrations::{Credentials, Details, Scheme, TestMethod};
use flowgrid_workers::outside::Call;
use zeroize::Zeroizing;

/// Where a key goes of which nothing else is said.
const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
/// What a service that wants something posted gets.
const BODY: &str = r#"{"test":true,"source":"flowgrid"}"#;

/// Why there is no call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Uncallable {
    NoAddress,
    /// The credentials are not such as the scheme needs.
    Credentials(&'static str),
}

type Secret = (HeaderName, HeaderValue);

/// The call that tests an integration.
pub(super) fn call_of(
    details: &Details,
    credentials: Option<&Credentials>,
) -> Result<Call, Uncallable> {
    if credentials.is_none() && !details.credential_names.is_empty() {
        let why = "its credentials are no longer kept: send them again";
        return Err(Uncallable::Credentials(why));
    }
    let address = address_of(details, credentials).ok_or(Uncallable::NoAddress)?;
    let secret = secret_of(details, credentials).map_err(Uncallable::Credentials)?;
    let call = match details.test_method {
        TestMethod::Get => Call::get(address),
        TestMethod::Post => Call::post(address, BODY),
    };
    Ok(match secret {
        Some((name, value)) => call.with_secret(name, value),
        None => call,
    })
}

fn address_of(details: &Details, credentials: Option<&Credentials>) -> Option<String> {
    if let Some(base) = &details.base_url {
        let path = details.test_path.as_deref().unwrap_or_default();
        return Some(format!("{base}{path}"));
    }
    let secret = credentials.and_then(Credentials::address);
    secret.map(str::to_owned)
}

/// The header that lets one in.
fn secret_of(
    details: &Details,
    credentials: Option<&Credentials>,
) -> Result<Option<Secret>, &'static str> {
    let key = credentials.and_then(Credentials::key);
    let user = credentials.and_then(Credentials::user);
    let scheme = details.scheme.unwrap_or(match (key, user) {
        (Some(_), _) => Scheme::Bearer,
        (None, Some(_)) => Scheme::Basic,
        (None, None) => Scheme::None,
    });
    let no_key = "the credentials hold no token and no key";
    let secret = match scheme {
        Scheme::None => return Ok(None),
        Scheme::Bearer => {
            let text = Zeroizing::new(format!("Bearer {}", key.ok_or(no_key)?));
            (AUTHORIZATION, value(&text)?)
        }
        Scheme::Basic => {
            let (name, password) = user.ok_or("the credentials hold no username and password")?;
            let pair = Zeroizing::new(format!("{name}:{password}"));
            let text = Zeroizing::new(format!("Basic {}", BASE64.encode(pair.as_bytes())));
            (AUTHORIZATION, value(&text)?)
        }
        Scheme::Header => {
            let name = details.header.as_deref().map(HeaderName::try_from);
            let name = name.transpose().map_err(|_| "the header has no name")?;
            (name.unwrap_or(API_KEY), value(key.ok_or(no_key)?)?)
        }
    };
    Ok(Some(secret))
}

fn value(text: &str) -> Result<HeaderValue, &'static str> {
    HeaderValue::from_str(text).map_err(|_| "the credentials can't be sent in a header")
}
