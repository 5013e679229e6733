//! A JSON object whose top-level names may be spelled either way.

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING};
use flowgrid_domain::FieldError;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::camel;
use crate::error::ApiError;

const NO_JSON: ApiError = ApiError::UnsupportedMediaType {
    accepted: "application/json, not compressed",
};

/// The object as it was sent, with camelCase names, and the names that were sent twice: in both
/// spellings, or in one.
struct Spelled {
    fields: Map<String, Value>,
    twice: Vec<String>,
}

impl<'de> Deserialize<'de> for Spelled {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Spelled;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut access: M) -> Result<Spelled, M::Error> {
                let mut fields = Map::new();
                let mut twice = Vec::new();
                while let Some((name, value)) = access.next_entry::<String, Value>()? {
                    let name = match camel(&name) {
                        std::borrow::Cow::Borrowed(_) => name,
                        std::borrow::Cow::Owned(other) => other,
                    };
                    if fields.contains_key(&name) {
                        twice.push(name);
                    } else {
                        fields.insert(name, value);
                    }
                }
                Ok(Spelled { fields, twice })
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// Reads the body of a command.
pub(super) fn read_object(bytes: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let spelled: Spelled = serde_json::from_slice(bytes).map_err(|error| ApiError::Malformed {
        detail: format!("the body is no JSON object: {error}").into(),
    })?;
    if spelled.twice.is_empty() {
        return Ok(spelled.fields);
    }
    let errors = spelled.twice.iter().take(32).map(|name| {
        let short: String = name.chars().take(64).collect();
        FieldError::new(
            format!("/{}", short.replace('~', "~0").replace('/', "~1")),
            "is given twice; both spellings count as one",
        )
    });
    Err(ApiError::BadInput(errors.collect()))
}

/// Nothing here unpacks: whoever sends a body compressed is told, rather than misread.
pub(super) fn check_coding(headers: &HeaderMap) -> Result<(), ApiError> {
    let only = |name: HeaderName, word: &str| {
        let mut values = headers.get_all(name).iter();
        values.all(|value| {
            let text = value.to_str().unwrap_or_default();
            text.trim().eq_ignore_ascii_case(word)
        })
    };
    if only(CONTENT_ENCODING, "identity") && only(TRANSFER_ENCODING, "chunked") {
        return Ok(());
    }
    Err(NO_JSON)
}

/// JSON by name, or what a browser's bare `fetch` sends: nothing or text/plain.
pub(super) fn check_content_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(());
    };
    let text = value.to_str().map_err(|_| NO_JSON)?;
    let essence = text.split(';').next().unwrap_or_default().trim();
    let is = |name: &str| essence.eq_ignore_ascii_case(name);
    let json_suffix = essence
        .len()
        .checked_sub(5)
        .and_then(|at| essence.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case("+json"));
    if essence.is_empty() || is("application/json") || is("text/plain") || json_suffix {
        return Ok(());
    }
    Err(NO_JSON)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn either_spelling_is_read_but_not_both() {
        let fields = read_object(br#"{"building_id":"a","nodeId":"b"}"#).unwrap();
        assert_eq!(fields["buildingId"], "a");
        assert_eq!(fields["nodeId"], "b");
        for body in [r#"{"nodeId":1,"node_id":1}"#, r#"{"nodeId":1,"nodeId":1}"#] {
            let Err(ApiError::BadInput(errors)) = read_object(body.as_bytes()) else {
                panic!("{body} was accepted");
            };
            assert_eq!(errors[0].pointer, "/nodeId");
        }
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        for body in ["", "[]", "1", "null", "{", "{} {}", r#"{"a":1e999}"#, &deep] {
            assert!(
                matches!(
                    read_object(body.as_bytes()),
                    Err(ApiError::Malformed { .. })
                ),
                "{body}"
            );
        }
    }

    #[test]
    fn nothing_compressed_is_taken() {
        let check = |name: &'static str, value: &'static str| {
            let name = HeaderName::from_static(name);
            check_coding(&HeaderMap::from_iter([(
                name,
                HeaderValue::from_static(value),
            )]))
        };
        assert!(check_coding(&HeaderMap::new()).is_ok());
        assert!(check("content-encoding", "Identity").is_ok());
        assert!(check("transfer-encoding", "chunked").is_ok());
        for bad in ["gzip", "identity, gzip", "", "br"] {
            assert!(check("content-encoding", bad).is_err(), "{bad}");
        }
        assert!(check("transfer-encoding", "gzip, chunked").is_err());
    }

    #[test]
    fn json_is_known_by_several_names() {
        let check = |name: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(name));
            check_content_type(&headers).is_ok()
        };
        assert!(check_content_type(&HeaderMap::new()).is_ok());
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/plain;charset=UTF-8",
            "application/merge-patch+json",
        ] {
            assert!(check(good), "{good}");
        }
        for bad in ["text/html", "application/x-www-form-urlencoded", "json"] {
            assert!(!check(bad), "{bad}");
        }
    }
}
