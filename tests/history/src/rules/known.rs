//! What is in the log was sent by somebody.

use super::objection::{Objections, Rule};
use super::written::Written;
use crate::{Evidence, LogEvent, Operation};

pub(super) fn check(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    for log in &evidence.logs {
        for event in &log.events {
            let problem = match written.operation(&event.mark) {
                None => "nobody sent that",
                Some(operation) if !is_of(event, operation) => "it was sent for something else",
                Some(_) => continue,
            };
            to.add(Rule::Known, || {
                let LogEvent {
                    position,
                    event_type,
                    mark,
                    ..
                } = event;
                format!(
                    "log {} at {position}: {event_type} of mark {mark:?}: {problem}",
                    log.log
                )
            });
        }
    }
}

fn is_of(event: &LogEvent, operation: &Operation) -> bool {
    event.org == operation.org
        && event.aggregate_type == operation.aggregate_type
        && operation
            .aggregate_id
            .as_deref()
            .is_none_or(|asked| *asked == *event.aggregate_id)
}
