//! From a decision to an append.

use flowgrid_domain::{Decider, Event};
use flowgrid_log::{Append, Claim, Expected, NewEvent, Receipt};
use uuid::Uuid;

use crate::caller::receipt_key;
use crate::{Caller, CommandError, Loaded, Request};

/// The append of a decision, and the state it leads to.
pub(crate) struct Plan<A> {
    pub append: Append,
    pub next: A,
}

pub(crate) fn plan<A: Decider>(
    caller: &Caller,
    request: &Request<A::Command>,
    local_id: &str,
    qualified_id: String,
    loaded: &Loaded<A>,
    events: &[A::Event],
) -> Result<Plan<A>, CommandError> {
    let mut next = loaded.state.clone();
    let mut claims: Vec<Claim> = Vec::new();
    let mut new_events = Vec::with_capacity(events.len());
    for event in events {
        for change in next.claims(event) {
            // What one command takes and releases again is neither.
            claims.retain(|claim| claim.scope != change.scope || claim.key != change.key);
            claims.push(Claim {
                take: change.take,
                scope: change.scope,
                key: change.key,
                owner: local_id.to_owned(),
            });
        }
        new_events.push(NewEvent {
            id: Uuid::now_v7(),
            of: None,
            event_type: event.event_type().into(),
            event_version: event.event_version().into(),
            payload: event.payload()?,
        });
        next.evolve(event);
    }
    let receipt = request.idempotency.as_ref().map(|key| Receipt {
        key: receipt_key(&caller.actor, &key.key),
        fingerprint: key.fingerprint.clone(),
        status: request.status,
    });
    let append = Append {
        tenant: caller.tenant.clone(),
        aggregate_type: A::TYPE,
        aggregate_id: qualified_id,
        expected: Expected::Version(loaded.revision),
        events: new_events,
        metadata: serde_json::to_string(&caller.metadata(request))?,
        claims,
        receipt,
    };
    Ok(Plan { append, next })
}
