//! Who sends a command.

use flowgrid_bus::{Metadata, Role, Tenant};

use crate::Request;

/// An authorized caller: only the edge makes one, after it has checked the token.
#[derive(Clone, Debug)]
pub struct Caller {
    pub tenant: Tenant,
    /// Opaque id of the person, key or worker.
    pub actor: String,
    pub role: Role,
    pub request_id: Option<String>,
    /// W3C Trace Context of the request's span.
    pub traceparent: Option<String>,
    /// `X-Frontend-Source`
    pub frontend: Option<String>,
}

impl Caller {
    /// What the events of a command say about their cause.
    pub(crate) fn metadata<C>(&self, request: &Request<C>) -> Metadata {
        let key = request.idempotency.as_ref();
        Metadata {
            actor: self.actor.clone(),
            request_id: self.request_id.clone(),
            traceparent: self.traceparent.clone(),
            frontend: self.frontend.clone(),
            idempotency_key: key.map(|key| key.key.clone()),
            fingerprint: key.map(|key| key.fingerprint.clone()),
            status: key.map(|_| request.status),
        }
    }
}

/// The key of a receipt: a key belongs to whoever used it.
pub(crate) fn receipt_key(actor: &str, key: &str) -> String {
    format!("{actor}/{key}")
}
