//! What a client may say.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The longest id, in bytes of JSON text.
const LONGEST_ID: usize = 64;
/// The longest channel name, in bytes.
const LONGEST_CHANNEL: usize = 320;

/// One message of a client.
#[derive(Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    Auth {
        token: Cow<'a, str>,
    },
    Subscribe {
        id: &'a str,
        channel: Cow<'a, str>,
        /// The token to resume from, as it came: whether it is one is decided later.
        after: Option<Cow<'a, str>>,
    },
    Unsubscribe {
        id: &'a str,
    },
    Ping {
        /// Echoed when given.
        id: Option<&'a str>,
    },
}

/// Why a message isn't understood. `id` is there for the answer, where the message had a good one.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed<'a> {
    pub id: Option<&'a str>,
    pub detail: &'static str,
}

/// Every field that any message has; what a later channel adds is not looked at.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    after: Option<String>,
}

impl<'a> Incoming<'a> {
    /// # Errors
    /// When the text is no JSON object of a known type with the fields that it needs.
    pub fn parse(text: &'a str) -> Result<Self, Malformed<'a>> {
        let envelope: Envelope<'a> = serde_json::from_str(text).map_err(|_| Malformed {
            id: None,
            detail: "not a JSON object with a type, or a field of a wrong type",
        })?;
        let id = match envelope.id.map(RawValue::get) {
            Some(raw) if is_id(raw) => Some(raw),
            Some("null") | None => None,
            Some(_) => {
                return Err(Malformed {
                    id: None,
                    detail: "id is a number or a string of at most 62 bytes",
                });
            }
        };
        let missing = |detail| Malformed { id, detail };
        match &*envelope.kind {
            "auth" => Ok(Self::Auth {
                token: envelope.token.ok_or(missing("token is missing"))?.into(),
            }),
            "subscribe" => {
                let channel = envelope.channel.ok_or(missing("channel is missing"))?;
                if channel.len() > LONGEST_CHANNEL {
                    return Err(missing("channel is too long"));
                }
                Ok(Self::Subscribe {
                    id: id.ok_or(missing("id is missing"))?,
                    channel: channel.into(),
                    after: envelope.after.map(Cow::from),
                })
            }
            "unsubscribe" => Ok(Self::Unsubscribe {
                id: id.ok_or(missing("id is missing"))?,
            }),
            "ping" => Ok(Self::Ping { id }),
            _ => Err(missing("unknown type")),
        }
    }
}

/// A JSON number or string of a bounded length; it is echoed as it came.
fn is_id(raw: &str) -> bool {
    let first = raw.as_bytes().first().copied().unwrap_or(b' ');
    raw.len() <= LONGEST_ID && (first == b'"' || first == b'-' || first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_contracts_messages() {
        let text = r#"{"type":"subscribe","id":1,"channel":"buildings","nodeId":"x","after":"1-0000000a-5"}"#;
        assert_eq!(
            Incoming::parse(text),
            Ok(Incoming::Subscribe {
                id: "1",
                channel: "buildings".into(),
                after: Some("1-0000000a-5".into())
            })
        );
        assert_eq!(
            Incoming::parse(r#"{"type":"unsubscribe","id":"a\"b"}"#),
            Ok(Incoming::Unsubscribe { id: r#""a\"b""# })
        );
        assert_eq!(
            Incoming::parse(r#"{"type":"ping"}"#),
            Ok(Incoming::Ping { id: None })
        );
        assert_eq!(
            Incoming::parse(r#"{"type":"auth","token":"t"}"#),
            Ok(Incoming::Auth { token: "t".into() })
        );
    }

    #[test]
    fn names_what_is_missing_and_whom_to_tell() {
        let malformed = |text: &'static str| Incoming::parse(text).unwrap_err();
        assert_eq!(malformed(r#"{"type":"subscribe","id":7}"#).id, Some("7"));
        assert_eq!(
            malformed(r#"{"type":"subscribe","channel":"alerts"}"#).detail,
            "id is missing"
        );
        assert_eq!(
            malformed(r#"{"type":"dance","id":1}"#).detail,
            "unknown type"
        );
        for text in ["", "[]", "1", "{}", r#"{"type":1}"#, "{\"type\":\"ping\""] {
            assert_eq!(malformed(text).id, None, "{text}");
        }
        for text in [
            r#"{"type":"ping","id":{}}"#,
            r#"{"type":"ping","id":true}"#,
            r#"{"type":"ping","id":"0123456789012345678901234567890123456789012345678901234567890123456789"}"#,
        ] {
            assert!(malformed(text).detail.starts_with("id is"), "{text}");
        }
    }
}
