//! The order of real time is kept, between clients too, and "nothing to do" is about the present.

use std::collections::HashMap;

use super::objection::{Objections, Rule};
use super::order::{describe, inversions, spans};
use super::written::Written;
use crate::{Answer, Evidence, Operation};

pub(super) fn check(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    for log in &evidence.logs {
        let all = spans(evidence.recorded.operations.iter(), written, log.log);
        for inversion in inversions(all) {
            to.add(Rule::RealTime, || {
                format!("log {}: {}", log.log, describe(&inversion))
            });
        }
    }
    stale(evidence, written, to);
}

/// A version of an aggregate: type, organization, local id, version.
type Version<'e> = (&'e str, &'e str, &'e str, u64);

/// Whoever is told that there is nothing to do is told of the aggregate's present: nobody may have
/// been told of its next version before the question was asked.
fn stale(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    let mut idle: HashMap<Version<'_>, (&Operation, u64)> = HashMap::new();
    for (operation, sent, id, revision) in found_nothing_to_do(evidence, written) {
        let next = (
            &*operation.aggregate_type,
            &*operation.org,
            id,
            revision + 1,
        );
        let latest = idle.entry(next).or_insert((operation, sent));
        if latest.1 < sent {
            *latest = (operation, sent);
        }
    }
    if idle.is_empty() {
        return;
    }
    for event in evidence.logs.iter().flat_map(|log| &log.events) {
        let version = (
            &*event.aggregate_type,
            &*event.org,
            &*event.aggregate_id,
            event.sequence,
        );
        let Some((operation, sent)) = idle.get(&version) else {
            continue;
        };
        let told = written
            .operation(&event.mark)
            .and_then(|writer| writer.acknowledgements().map(|(at, ..)| at).min());
        if told.is_some_and(|told| told < *sent) {
            to.add(Rule::RealTime, || {
                format!(
                    "{} ({}) was told revision {} after {} had been acknowledged",
                    operation.mark,
                    operation.action,
                    event.sequence - 1,
                    event.mark
                )
            });
        }
    }
}

/// Acknowledgements without an event: the operation, when it was sent, and what it was told.
fn found_nothing_to_do<'e>(
    evidence: &'e Evidence,
    written: &Written<'_>,
) -> impl Iterator<Item = (&'e Operation, u64, &'e str, u64)> {
    let idle = evidence.recorded.operations.iter().filter(|operation| {
        operation.may_change_nothing && written.block(&operation.mark).is_none()
    });
    idle.flat_map(|operation| {
        operation.attempts.iter().filter_map(move |attempt| {
            let Answer::Acknowledged {
                revision,
                aggregate_id,
                ..
            } = &attempt.answer
            else {
                return None;
            };
            Some((operation, attempt.sent, &**aggregate_id, *revision))
        })
    })
}
