//! Security events that members report.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_commands::Request;
use flowgrid_domain::security::{
    RecordCommand, RecordSecurityEvent, SecurityEventResource, SecurityRecord, read_report,
};
use flowgrid_domain::values::Line;
use serde_json::Map;

use super::inputs::SecurityLogInput;
use super::opened::{ADDRESS, AGENT, SAID, opened};
use crate::answer::{Commanded, Success, commanded_as};
use crate::context::{Access, User, Visitor};
use crate::document::{CommandFailures, CommandHeaders};
use crate::error::ApiError;
use crate::request::Incoming;

/// Record a security event that a frontend has seen. It is marked as reported and takes no part in
/// the detection of threats. What it says is kept sealed.
#[utoipa::path(
    post,
    path = "/log",
    tag = "security",
    params(CommandHeaders),
    request_body = SecurityLogInput,
    responses(
        (status = 201, description = "Recorded", body = Success<Commanded<SecurityEventResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn log_security_event(
    access: Access<User>,
    visitor: Visitor,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let report = read_report(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let (identity, tenant) = (visitor.identity(), access.tenant());
    let person = access.answers()?;
    let said = serde_json::to_string(&report.details).map_err(ApiError::internal)?;
    let address = identity.address();
    let seal = async |field, plain: Option<String>| match plain {
        Some(plain) => identity.seal(person, tenant, field, &plain).await.map(Some),
        None => Ok(None),
    };
    let record = RecordCommand::Record(RecordSecurityEvent {
        user_id: Some(Line::parse(&person.to_string()).map_err(ApiError::internal)?),
        event_type: report.event_type,
        details: Map::new(),
        ip_address: seal(ADDRESS, address.map(|one| one.to_string())).await?,
        user_agent: seal(AGENT, identity.agent()).await?,
        at: access.now(),
        count: 1,
        said: seal(SAID, Some(said)).await?,
        traces: identity.traces(),
    });
    let id = access.ids().uuid_v7(access.now()).to_string();
    let request = Request {
        status: 201,
        ..incoming.to(id, record)
    };
    let outcome = access
        .execute::<SecurityRecord>("security.log", request)
        .await?;
    let recorded = outcome.state.recorded().cloned();
    let recorded = recorded.ok_or_else(|| ApiError::internal("a record of nothing"))?;
    let opened = opened(identity, tenant, std::slice::from_ref(&recorded)).await?;
    let opened = opened.into_iter().next().unwrap_or_default();
    let resource = recorded.resource(&outcome.id, outcome.created_at, opened);
    let status = StatusCode::from_u16(outcome.status).map_err(ApiError::internal)?;
    commanded_as(status, resource, outcome.revision, outcome.position)
}
