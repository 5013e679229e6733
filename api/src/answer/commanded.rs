//! Answers to commands: the whole resource as the command left it, its revision and its position.

use axum::http::header::ETAG;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use flowgrid_bus::Position;
use flowgrid_commands::Outcome;
use flowgrid_domain::alerts::{Alert, AlertResource};
use flowgrid_domain::buildings::{Building, BuildingResource};
use flowgrid_domain::integrations::{Integration, IntegrationResource};
use flowgrid_domain::keys::{ApiKey, ApiKeyResource};
use flowgrid_domain::notifications::{Notification, NotificationResource};
use flowgrid_domain::security::{Threat, ThreatResource};
use flowgrid_domain::sensors::{Sensor, SensorResource};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Success, etag, json};
use crate::error::ApiError;

pub const EVENT_POSITION: HeaderName = HeaderName::from_static("x-event-position");

/// A resource as a command left it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Commanded<T> {
    #[serde(flatten)]
    pub resource: T,
    /// Where its newest event stands; hand it back as `X-Min-Position` to read your write.
    #[schema(value_type = String, example = "1-7f3a91c2-1234")]
    pub position: Position,
}

/// An aggregate that has a shape for callers.
pub trait Resource {
    type View: Serialize;

    /// `None` while it doesn't exist.
    fn view(outcome: &Outcome<Self>) -> Option<Self::View>
    where
        Self: Sized;
}

impl Resource for Building {
    type View = BuildingResource;

    fn view(outcome: &Outcome<Self>) -> Option<BuildingResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

impl Resource for Sensor {
    type View = SensorResource;

    fn view(outcome: &Outcome<Self>) -> Option<SensorResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

impl Resource for Alert {
    type View = AlertResource;

    fn view(outcome: &Outcome<Self>) -> Option<AlertResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

impl Resource for ApiKey {
    type View = ApiKeyResource;

    fn view(outcome: &Outcome<Self>) -> Option<ApiKeyResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

impl Resource for Integration {
    type View = IntegrationResource;

    fn view(outcome: &Outcome<Self>) -> Option<IntegrationResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

impl Resource for Notification {
    type View = NotificationResource;

    fn view(outcome: &Outcome<Self>) -> Option<NotificationResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

impl Resource for Threat {
    type View = ThreatResource;

    fn view(outcome: &Outcome<Self>) -> Option<ThreatResource> {
        let (created, updated) = (outcome.created_at, outcome.updated_at);
        let state = &outcome.state;
        state.resource(&outcome.id, created, updated, outcome.revision)
    }
}

/// The answer to a command, with the status that the outcome bears.
pub fn commanded<A: Resource>(outcome: &Outcome<A>) -> Result<Response, ApiError> {
    // A command to something that isn't there is rejected, so there is always something to show.
    let resource = A::view(outcome).ok_or_else(|| ApiError::internal("outcome without a thing"))?;
    let status = StatusCode::from_u16(outcome.status).map_err(ApiError::internal)?;
    commanded_as(status, resource, outcome.revision, outcome.position)
}

/// The same for a resource that takes more than the outcome to show.
pub fn commanded_as<T: Serialize>(
    status: StatusCode,
    resource: T,
    revision: u64,
    position: Position,
) -> Result<Response, ApiError> {
    let body = Success::of(Commanded { resource, position });
    let mut response = json(status, &body)?;
    let position = HeaderValue::try_from(position.to_string());
    let headers = response.headers_mut();
    headers.insert(ETAG, etag(revision)?);
    headers.insert(EVENT_POSITION, position.map_err(ApiError::internal)?);
    Ok(response)
}
