//! The optimistic lock of each aggregate is where its events are.

use super::objection::{Objections, Rule};
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for log in &evidence.logs {
        let missing = log.locks.missing().map(|(name, _)| (name, "is missing"));
        for ((kind, id), problem) in log.locks.surplus().chain(missing) {
            to.add(Rule::Locks, || {
                format!("log {}: the lock of {kind} {id} {problem}", log.log)
            });
        }
    }
}
