//! snake_case answers for the two frontends whose stores were.

use axum::body::{Body, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::answered::{content_type, is_json};
use crate::error::ApiError;
use crate::request::{header_text, snake};

/// No answer of ours is longer than a page of 500.
const LONGEST: usize = 64 * 1024 * 1024;

/// Whether the caller's frontend reads snake_case.
pub fn wants_snake(headers: &HeaderMap) -> bool {
    let frontend = header_text(headers, "x-frontend-source");
    frontend.is_some_and(|name| {
        name.eq_ignore_ascii_case("flov7") || name.eq_ignore_ascii_case("chronicles")
    })
}

/// The answer with all its names in snake_case; what is no JSON stays.
pub async fn turn(response: Response) -> Response {
    let kind = content_type(response.headers());
    let lines = kind.starts_with("application/x-ndjson");
    if !lines && !is_json(kind) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let turned = match to_bytes(body, LONGEST).await {
        Ok(bytes) if lines => turn_lines(&bytes),
        Ok(bytes) => turn_text(&bytes),
        Err(error) => return ApiError::internal(error).into_response(),
    };
    match turned {
        Ok(bytes) => {
            parts.headers.remove(CONTENT_LENGTH);
            Response::from_parts(parts, Body::from(bytes))
        }
        Err(error) => ApiError::internal(error).into_response(),
    }
}

fn turn_lines(bytes: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let mut all = Vec::with_capacity(bytes.len());
    for line in bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        all.extend(turn_text(line)?);
        all.push(b'\n');
    }
    Ok(all)
}

fn turn_text(bytes: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::to_vec(&turn_value(serde_json::from_slice(bytes)?))
}

/// Nesting is bounded by serde_json's reader.
fn turn_value(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let turned = fields.into_iter().map(|(name, value)| {
                let value = if name == "pointer" {
                    turn_pointer(value)
                } else {
                    turn_value(value)
                };
                (snake(&name).into_owned(), value)
            });
            Value::Object(turned.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(turn_value).collect()),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

/// A problem names fields as the caller spells them.
fn turn_pointer(value: Value) -> Value {
    match value {
        Value::String(pointer) => Value::String(snake(&pointer).replace("/_", "/")),
        other => turn_value(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_turned_but_no_value() {
        let text = br#"{"openAlerts":1,"data":[{"todayKwh":null,"kind":"townHall"}],"errors":[{"pointer":"/buildingId"}]}"#;
        let turned: Value = serde_json::from_slice(&turn_text(text).unwrap()).unwrap();
        assert_eq!(turned["open_alerts"], 1);
        assert!(turned["data"][0]["today_kwh"].is_null());
        assert_eq!(turned["data"][0]["kind"], "townHall");
        assert_eq!(turned["errors"][0]["pointer"], "/building_id");
    }

    #[test]
    fn lines_stay_lines() {
        let turned = turn_lines(b"{\"aB\":1}\n{\"aB\":2}\n").unwrap();
        assert_eq!(turned, b"{\"a_b\":1}\n{\"a_b\":2}\n");
    }
}
