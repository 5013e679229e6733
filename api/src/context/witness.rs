//! Who was refused what.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{AppState, RequestId};
use crate::auth::{Member, Principal};
use crate::error::Failure;
use crate::limits::caller_address;
use crate::security::{Kind, Sighting, Whence, agent_of};

/// Put into each request; learns who asks where the token is checked.
#[derive(Clone, Default)]
pub struct Witness(Arc<OnceLock<Arc<Principal>>>);

/// What was asked for, and from where: nothing of it is copied before it is needed.
pub struct Asked {
    method: Method,
    /// The route, without what stood in its place.
    route: Option<MatchedPath>,
    address: Option<IpAddr>,
    agent: Option<HeaderValue>,
    request_id: Option<RequestId>,
}

impl Asked {
    pub fn of(request: &Request, state: &AppState) -> Self {
        let (extensions, headers) = (request.extensions(), request.headers());
        let proxies = &state.config().trusted_proxies;
        Self {
            method: request.method().clone(),
            route: extensions.get().cloned(),
            address: caller_address(extensions, headers, proxies),
            agent: headers.get(USER_AGENT).cloned(),
            request_id: extensions.get().cloned(),
        }
    }

    fn whence(&self) -> Whence {
        let agent = self.agent.as_ref().and_then(|agent| agent.to_str().ok());
        Whence {
            address: self.address,
            agent: agent.and_then(agent_of),
            request_id: self.request_id.as_ref().map(|id| Arc::clone(&id.0)),
        }
    }

    fn details(&self, code: Option<&'static str>) -> Map<String, Value> {
        let route = self.route.as_ref().map(MatchedPath::as_str);
        let mut details = Map::new();
        details.insert("method".into(), self.method.as_str().into());
        details.insert("route".into(), route.into());
        details.insert("code".into(), code.into());
        details
    }
}

impl Witness {
    pub(super) fn learn(&self, principal: &Arc<Principal>) {
        self.0.get_or_init(|| Arc::clone(principal));
    }

    /// Tells of an answer that refused a member something.
    pub fn tell(&self, state: &AppState, asked: &Asked, answer: &Response) {
        let kind = match answer.status() {
            StatusCode::FORBIDDEN => Kind::PermissionDenied,
            StatusCode::NOT_FOUND => Kind::NothingFound,
            _ => return,
        };
        let member = self.0.get().and_then(|principal| principal.member());
        let Some(member) = member else { return };
        let code = answer.extensions().get::<Failure>().map(|one| one.code);
        let mut details = asked.details(code);
        if let Some(key) = member.key {
            details.insert("key".into(), key.id.to_string().into());
        }
        state.saw(Sighting {
            kind,
            person: person(member),
            account: None,
            tenant: Some(member.tenant.clone()),
            details,
            from: asked.whence(),
            at: state.clock().now(),
        });
    }
}

/// Whose token or key it is; a tool's is nobody's.
fn person(member: &Member) -> Option<Uuid> {
    match member.key {
        Some(key) => Some(key.person),
        None => member.subject.parse().ok(),
    }
}
