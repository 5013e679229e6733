//! One aggregate: its events, or its state at a past moment.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use flowgrid_bus::visible_to;
use flowgrid_commands::{At, Loaded};
use flowgrid_domain::alerts::{Alert, AlertResource};
use flowgrid_domain::buildings::{Building, BuildingResource};
use flowgrid_domain::values::read_time;
use flowgrid_domain::{Decider, Shown};
use flowgrid_log::LogKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::shape::EventResource;
use crate::answer::{Commanded, Listed, Pagination, Success, read_json};
use crate::context::{Access, Viewer};
use crate::document::{HistoryQuery, QueryFailures};
use crate::error::ApiError;
use crate::request::{Params, Window, is_id};

/// Type and id of an aggregate. What can't be an id names nothing.
pub struct AggregatePath {
    kind: Kind,
    id: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Alert,
    Building,
}

impl<S: Send + Sync> FromRequestParts<S> for AggregatePath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Path((kind, id)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        let kind = match kind.as_str() {
            "alert" | "alerts" => Kind::Alert,
            "building" | "buildings" => Kind::Building,
            _ => return Err(ApiError::NotFound),
        };
        if is_id(&id) {
            Ok(Self { kind, id })
        } else {
            Err(ApiError::NotFound)
        }
    }
}

/// The history, or the thing as it was.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only describes answers")]
pub enum HistoryAnswer {
    Events(Listed<EventResource>),
    Building(Success<Commanded<BuildingResource>>),
    Alert(Success<Commanded<AlertResource>>),
}

/// One aggregate's history; with `at` its state then.
///
/// `at` is a revision (`3`) or a time in RFC 3339. The history goes from the oldest to the newest,
/// cut down to the event types that the caller's role may see; `offset` counts revisions.
#[utoipa::path(
    get,
    path = "/api/v1/events/{aggregateType}/{id}",
    tag = "log",
    params(
        ("aggregateType" = String, Path, description = "`building` or `alert`"),
        ("id" = String, Path),
        HistoryQuery
    ),
    responses(
        (status = 200, description = "The history, or with `at` the resource as it was (`data` with `revision` and `position`)",
            body = HistoryAnswer),
        (status = 304, description = "Nothing changed since If-None-Match"),
        QueryFailures
    )
)]
pub async fn get_history(
    access: Access<Viewer>,
    path: AggregatePath,
    params: Params,
) -> Result<Response, ApiError> {
    if let Some(text) = params.text("at") {
        let at = moment(text)?;
        let (id, kind) = (&path.id, path.kind);
        return match kind {
            Kind::Alert => past::<Alert>(&access, id, at).await,
            Kind::Building => past::<Building>(&access, id, at).await,
        };
    }
    events(&access, &path, &params).await
}

async fn events(
    access: &Access<Viewer>,
    path: &AggregatePath,
    params: &Params,
) -> Result<Response, ApiError> {
    let window = Window::of(params)?;
    let log = access.log(LogKind::Domain).await?;
    let (kind, after) = (type_name(path.kind), u64::from(window.offset));
    // One more than shown tells whether there are more.
    let most = window.limit as usize + 1;
    let mut events = access.history(&log, kind, &path.id, after, most).await?;
    let total = match events.last() {
        Some(last) => last.sequence,
        None if after == 0 => return Err(ApiError::NotFound),
        None => after,
    };
    events.truncate(window.limit as usize);
    let read = events.len();
    events.retain(|event| visible_to(&event.event_type, access.role()));
    let data = events
        .iter()
        .map(|event| EventResource::of(event, log.epoch));
    let body = Listed {
        success: true,
        data: data.collect::<Result<Vec<_>, _>>()?,
        pagination: Pagination::of(window, read, total),
    };
    read_json(&body, None)
}

/// The resource as it was.
async fn past<A: Shown>(access: &Access<Viewer>, id: &str, at: At) -> Result<Response, ApiError> {
    let loaded = access.load::<A>(id, Some(at)).await?;
    let Loaded {
        state,
        revision,
        created_at,
        updated_at,
        position,
        ..
    } = loaded.ok_or(ApiError::NotFound)?;
    let resource = state.resource(id, created_at, updated_at, revision);
    let resource = resource.ok_or(ApiError::NotFound)?;
    read_json(&Success::of(Commanded { resource, position }), None)
}

fn moment(text: &str) -> Result<At, ApiError> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let revision = text.parse().ok().filter(|revision| *revision > 0);
        return revision
            .map(At::Version)
            .ok_or_else(|| ApiError::parameter("at", "revisions count from 1"));
    }
    // A `+` that wasn't escaped arrives as a space.
    read_time(&text.replace(' ', "+"))
        .map(At::Time)
        .map_err(|_| ApiError::parameter("at", "must be a revision or a time in RFC 3339"))
}

fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Alert => Alert::TYPE,
        Kind::Building => Building::TYPE,
    }
}
