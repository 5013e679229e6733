//! The organization's events, by position.

use axum::http::HeaderMap;
use axum::response::Response;
use flowgrid_bus::{Pattern, Position, RecordedEvent, visible_to};
use flowgrid_log::{LogInfo, LogKind};

use super::ndjson;
use super::shape::EventResource;
use crate::answer::{Keyset, KeysetPage, read_json};
use crate::context::{Access, Viewer};
use crate::document::{EventQuery, QueryFailures};
use crate::error::ApiError;
use crate::request::{Params, limit};

/// How many positions one look at the log covers: organizations share a log.
const SCAN: u64 = 20_000;
/// How many looks one request may take. Then it answers what it has, and the cursor goes on.
const LOOKS: usize = 10;

/// The organization's events, in order, from a position on.
///
/// Only event types that the caller's role may see. `cursor` (or `after`) is the position after which to
/// begin; the answer's cursor goes on from there, also when a page is empty.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "log",
    params(EventQuery),
    responses(
        (status = 200, description = "A page; with format=ndjson one event a line, and the cursor in the header X-Cursor",
            content((KeysetPage<EventResource> = "application/json"),
                    (String = "application/x-ndjson"))),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn list_events(
    access: Access<Viewer>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let limit = limit(&params)?;
    let pattern = pattern(&params)?;
    let as_lines = ndjson::is_wanted(&params, &headers)?;
    let log = access.log(kind(&params)?).await?;
    let after = after(&params, &log)?;
    let page = Reading {
        access: &access,
        log,
        pattern,
        limit: limit as usize,
    };
    let (events, end, head) = page.read(after).await?;
    let data = events
        .iter()
        .map(|event| EventResource::of(event, log.epoch));
    let data = data.collect::<Result<Vec<_>, _>>()?;
    let pagination = Keyset {
        limit,
        cursor: Position {
            log: log.id,
            epoch: log.epoch,
            n: end,
        },
        has_more: end < head,
    };
    if as_lines {
        return ndjson::lines(&data, &pagination);
    }
    let body = KeysetPage {
        success: true,
        data,
        pagination,
    };
    read_json(&body, None)
}

/// One request's way along the log.
struct Reading<'a> {
    access: &'a Access<Viewer>,
    log: LogInfo,
    pattern: Option<Pattern>,
    limit: usize,
}

impl Reading<'_> {
    /// What the caller may see, up to which position it was looked at, and the log's head.
    async fn read(&self, after: u64) -> Result<(Vec<RecordedEvent>, u64, u64), ApiError> {
        let head = self.access.head(&self.log).await?;
        let mut found = Vec::new();
        let mut at = after;
        for _ in 0..LOOKS {
            if at >= head || found.len() >= self.limit {
                break;
            }
            let scan = SCAN.min(head - at);
            // As many as there is room for: what isn't shown makes room for the next look.
            let room = self.limit - found.len();
            let events = self.access.events(&self.log, at, scan, room).await?;
            at = match events.last() {
                Some(last) if events.len() >= room => last.position,
                Some(_) | None => at + scan,
            };
            found.extend(events.into_iter().filter(|event| self.shows(event)));
        }
        Ok((found, at.max(after), head))
    }

    fn shows(&self, event: &RecordedEvent) -> bool {
        let (kind, id, name) = (&event.aggregate_type, event.local_id(), event.event_name());
        visible_to(&event.event_type, self.access.role())
            && self
                .pattern
                .as_ref()
                .is_none_or(|pattern| pattern.matches(kind, id, name))
    }
}

fn pattern(params: &Params) -> Result<Option<Pattern>, ApiError> {
    let pattern = params.text("subject").map(str::parse::<Pattern>);
    pattern
        .transpose()
        .map_err(|error| ApiError::parameter("subject", error.to_string()))
}

fn kind(params: &Params) -> Result<LogKind, ApiError> {
    match params.text("log") {
        None | Some("domain") => Ok(LogKind::Domain),
        Some("telemetry") => Ok(LogKind::Telemetry),
        Some("identity") => Ok(LogKind::Identity),
        Some(_) => Err(ApiError::parameter(
            "log",
            "must be domain, telemetry or identity",
        )),
    }
}

fn after(params: &Params, log: &LogInfo) -> Result<u64, ApiError> {
    if params.text("cursor").is_some() && params.text("after").is_some() {
        return Err(ApiError::parameter(
            "cursor",
            "give one of cursor and after",
        ));
    }
    let Some((name, text)) = params.any_of(&["cursor", "after"]) else {
        return Ok(0);
    };
    let position: Position = text
        .parse()
        .map_err(|_| ApiError::parameter(name, "is no position token"))?;
    if position.log != log.id || position.epoch != log.epoch {
        return Err(ApiError::parameter(name, "is a position of another log"));
    }
    Ok(position.n)
}
