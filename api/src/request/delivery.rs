//! Readings as they come in: a body that is read piece by piece and never held as a whole.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, TRANSFER_ENCODING,
};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use flowgrid_commands::Idempotency;
use flowgrid_domain::readings::intake::{Format, Gathered, Intake, MOST_READINGS, Refused};
use http_body_util::BodyExt;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use super::header_text;
use super::idempotency::Fingerprint;
use super::read::crowded;
use super::unpack::{Coding, Unpacker, Unreadable};
use crate::context::AppState;
use crate::error::ApiError;

/// A body above this, in bytes, needs one of the few places for large ones.
const SMALL: usize = 64 * 1024;
/// How much is looked at before others have their turn, in bytes as they come.
const TURN: usize = 16 * 1024;

const ACCEPTED: &str = "application/json, application/x-ndjson or text/csv, gzip or not compressed";

/// A body of readings that nothing has been read of yet.
pub struct Delivery {
    parts: Parts,
    body: Body,
    state: AppState,
    format: Format,
    coding: Coding,
}

/// What a body held.
pub struct Received<'a> {
    pub readings: Result<Gathered, Refused>,
    pub idempotency: Option<Idempotency>,
    /// Held for as long as the readings are.
    _place: Option<SemaphorePermit<'a>>,
}

impl FromRequest<AppState> for Delivery {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let limit = state.config().bulk_limit;
        let announced = header_text(&parts.headers, CONTENT_LENGTH.as_str())
            .and_then(|text| text.parse::<u64>().ok());
        // Refused before a single byte is read.
        if announced.is_some_and(|length| length > limit as u64) {
            return Err(ApiError::TooLarge { limit });
        }
        Ok(Self {
            format: format(&parts.headers)?,
            coding: coding(&parts.headers)?,
            state: state.clone(),
            parts,
            body,
        })
    }
}

impl Delivery {
    /// Reads it. `sensor` is whose the readings are that don't say so; `options` are parameters by which
    /// the same body is another command.
    pub async fn read(
        &mut self,
        sensor: Option<&str>,
        options: &str,
        now: DateTime<Utc>,
    ) -> Result<Received<'_>, ApiError> {
        let fingerprint = Fingerprint::begin(&self.parts, options)?;
        let intake = Intake::new(self.format, sensor, now);
        let limit = self.state.config().bulk_limit;
        let reading = Reading {
            unpacker: Unpacker::new(self.coding, intake, limit),
            fingerprint,
            limit,
            length: 0,
            place: None,
            state: &self.state,
        };
        let patience = self.state.config().bulk_timeout;
        match timeout(patience, reading.read_all(&mut self.body)).await {
            Ok(received) => received,
            Err(_) => Err(ApiError::TooSlow),
        }
    }
}

/// A body half-way.
struct Reading<'a> {
    unpacker: Unpacker,
    fingerprint: Option<Fingerprint>,
    limit: usize,
    /// Bytes that have come.
    length: usize,
    place: Option<SemaphorePermit<'a>>,
    state: &'a AppState,
}

impl<'a> Reading<'a> {
    async fn read_all(mut self, body: &mut Body) -> Result<Received<'a>, ApiError> {
        let mut since = 0;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| ApiError::Malformed {
                detail: "the body broke off".into(),
            })?;
            // Trailers are nobody's.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            self.make_room(data.len()).await?;
            for piece in data.chunks(TURN) {
                since += piece.len();
                if since > TURN {
                    tokio::task::yield_now().await;
                    since = piece.len();
                }
                self.take(piece)?;
            }
        }
        let intake = self.unpacker.finish();
        let intake = intake.map_err(|why| unreadable(why, self.limit))?;
        Ok(Received {
            readings: intake.finish(),
            idempotency: self.fingerprint.map(Fingerprint::finish),
            _place: self.place,
        })
    }

    async fn make_room(&mut self, length: usize) -> Result<(), ApiError> {
        self.length = self.length.saturating_add(length);
        if self.length > self.limit {
            return Err(ApiError::TooLarge { limit: self.limit });
        }
        if self.length > SMALL && self.place.is_none() {
            let place = self.state.place_for_bulk().await;
            self.place = Some(place.ok_or_else(crowded)?);
        }
        Ok(())
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), ApiError> {
        if let Some(fingerprint) = &mut self.fingerprint {
            fingerprint.add(piece);
        }
        let taken = self.unpacker.push(piece);
        taken.map_err(|why| unreadable(why, self.limit))
    }
}

impl Received<'_> {
    /// The readings, if all are sound.
    pub fn gathered(&mut self) -> Result<Gathered, ApiError> {
        let readings = std::mem::replace(&mut self.readings, Err(Refused::Wrong(Vec::new())));
        readings.map_err(|refused| match refused {
            Refused::Wrong(errors) => ApiError::Invalid(errors),
            Refused::TooMany => ApiError::TooMuch {
                detail: format!("at most {MOST_READINGS} readings can come at once").into(),
            },
        })
    }
}

fn unreadable(why: Unreadable, limit: usize) -> ApiError {
    match why {
        Unreadable::TooLarge => ApiError::TooLarge { limit },
        Unreadable::Damaged => ApiError::Malformed {
            detail: "what is compressed is damaged or breaks off".into(),
        },
    }
}

const UNSUPPORTED: ApiError = ApiError::UnsupportedMediaType { accepted: ACCEPTED };

/// By Content-Type; without one it is JSON.
fn format(headers: &HeaderMap) -> Result<Format, ApiError> {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(Format::Json);
    };
    let text = value.to_str().map_err(|_| UNSUPPORTED)?;
    let essence = text.split(';').next().unwrap_or_default().trim();
    match &*essence.to_ascii_lowercase() {
        "" | "application/json" | "text/json" | "text/plain" => Ok(Format::Json),
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonlines" => Ok(Format::Ndjson),
        "text/csv" | "application/csv" => Ok(Format::Csv),
        _ => Err(UNSUPPORTED),
    }
}

/// Plain or gzip, once.
fn coding(headers: &HeaderMap) -> Result<Coding, ApiError> {
    let words = |name: HeaderName| {
        let values = headers.get_all(name).into_iter();
        let words = values.map(|value| value.to_str().unwrap_or_default().trim().to_lowercase());
        words.collect::<Vec<_>>()
    };
    let chunked = words(TRANSFER_ENCODING);
    if !chunked.iter().all(|word| word == "chunked") {
        return Err(UNSUPPORTED);
    }
    match words(CONTENT_ENCODING).as_slice() {
        [] => Ok(Coding::Identity),
        [one] if one == "identity" => Ok(Coding::Identity),
        [one] if one == "gzip" || one == "x-gzip" => Ok(Coding::Gzip),
        _ => Err(UNSUPPORTED),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())])
    }

    #[test]
    fn the_format_follows_the_content_type() {
        assert_eq!(format(&HeaderMap::new()).unwrap(), Format::Json);
        for (text, expected) in [
            ("text/plain;charset=UTF-8", Some(Format::Json)),
            ("Application/JSON", Some(Format::Json)),
            ("application/x-ndjson", Some(Format::Ndjson)),
            ("text/csv; header=present", Some(Format::Csv)),
            ("text/html", None),
        ] {
            let found = format(&headers(CONTENT_TYPE, text));
            assert_eq!(found.ok(), expected, "{text}");
        }
    }

    #[test]
    fn gzip_alone_is_unpacked() {
        for (text, expected) in [
            ("gzip", Some(Coding::Gzip)),
            ("X-GZIP", Some(Coding::Gzip)),
            ("identity", Some(Coding::Identity)),
            ("br", None),
            ("gzip, gzip", None),
        ] {
            let found = coding(&headers(CONTENT_ENCODING, text));
            assert_eq!(found.ok(), expected, "{text}");
        }
        assert!(coding(&headers(TRANSFER_ENCODING, "gzip, chunked")).is_err());
    }
}
