//! Which waiting commands may share a call.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};

use tokio::sync::oneshot;

use super::{Append, AppendError, Appended, Expected};

/// One command that waits for its answer. It is written even when its caller has gone meanwhile:
/// it was sent, and its receipt lets a retry learn so.
pub(super) struct Waiting {
    pub append: Append,
    pub answer: oneshot::Sender<Result<Appended, AppendError>>,
}

/// The most events in one call.
const MOST_EVENTS: usize = 2_000;
/// The most payload in one call, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Takes the next batch out of the queue: in order, but aggregates, claims and receipt keys are
/// distinct within a call, so a command that would meet another waits for the next one.
pub(super) fn next_batch(queue: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut batch = Vec::with_capacity(queue.len());
    let mut later = VecDeque::new();
    let mut taken = Taken::default();
    let (mut events, mut bytes) = (0, 0);
    while let Some(waiting) = queue.pop_front() {
        let size: usize = waiting
            .append
            .events
            .iter()
            .map(|event| event.payload.len())
            .sum();
        events += waiting.append.events.len();
        bytes += size;
        if !batch.is_empty() && (events > MOST_EVENTS || bytes > MOST_BYTES) {
            later.push_back(waiting);
            break;
        }
        if taken.take(&waiting.append) {
            batch.push(waiting);
        } else {
            later.push_back(waiting);
        }
    }
    later.append(queue);
    *queue = later;
    batch
}

/// What the batch touches already, by hash: a collision merely sends a command to the next call.
#[derive(Default)]
struct Taken {
    seen: HashSet<u64>,
    hasher: RandomState,
}

impl Taken {
    fn take(&mut self, append: &Append) -> bool {
        let mut keys = Vec::new();
        if append.expected != Expected::Any {
            let aggregate = (0u8, append.aggregate_type, &append.aggregate_id);
            keys.push(self.hasher.hash_one(aggregate));
        }
        let tenant = append.tenant.id();
        keys.extend(
            append
                .claims
                .iter()
                .map(|claim| self.hasher.hash_one((1u8, tenant, claim.scope, &claim.key))),
        );
        keys.extend(
            append
                .receipt
                .iter()
                .map(|receipt| self.hasher.hash_one((2u8, tenant, &receipt.key))),
        );
        if keys.iter().any(|key| self.seen.contains(key)) {
            // Whatever else waits for the same things must stay behind this one.
            self.seen.extend(keys);
            return false;
        }
        self.seen.extend(keys);
        true
    }
}

#[cfg(test)]
mod tests {
    use flowgrid_bus::Tenant;

    use super::*;
    use crate::append::{Claim, Receipt};

    fn waiting(id: &str, claim: Option<&str>, receipt: Option<&str>) -> Waiting {
        let append = Append {
            tenant: Tenant::from_slug("acme").unwrap(),
            aggregate_type: "building",
            aggregate_id: id.to_owned(),
            expected: Expected::Version(0),
            events: Vec::new(),
            metadata: String::new(),
            claims: claim
                .map(|key| Claim {
                    take: true,
                    scope: "s",
                    key: key.into(),
                    owner: id.into(),
                })
                .into_iter()
                .collect(),
            receipt: receipt.map(|key| Receipt {
                key: key.into(),
                fingerprint: String::new(),
                status: 200,
            }),
        };
        Waiting {
            append,
            answer: oneshot::channel().0,
        }
    }

    fn ids(batch: &[Waiting]) -> Vec<&str> {
        batch
            .iter()
            .map(|w| w.append.aggregate_id.as_str())
            .collect()
    }

    #[test]
    fn what_would_meet_waits_and_keeps_its_order() {
        let mut queue: VecDeque<_> = [
            waiting("a", Some("x"), None),
            waiting("b", Some("x"), None),
            waiting("a", None, None),
            waiting("c", None, Some("k")),
            waiting("d", None, Some("k")),
            waiting("b", None, None),
        ]
        .into();
        assert_eq!(ids(&next_batch(&mut queue)), ["a", "c"]);
        assert_eq!(ids(&next_batch(&mut queue)), ["b", "a", "d"]);
        assert_eq!(ids(&next_batch(&mut queue)), ["b"]);
        assert!(queue.is_empty());
    }
}
