//! What was acknowledged is in the log.

use flowgrid_bus::Position;

use super::objection::{Objections, Rule};
use super::written::Written;
use crate::{Evidence, LogEvent, Operation};

pub(super) fn check(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    for operation in &evidence.recorded.operations {
        for (_, position, revision, id) in operation.acknowledgements() {
            let problem = match evidence.event(position) {
                None => Some("there is no such position"),
                Some(event) if !is_so(operation, event, revision, id) => {
                    Some("another aggregate or revision stands there")
                }
                Some(_) => belongs(operation, position, written),
            };
            if let Some(problem) = problem {
                to.add(Rule::Acknowledged, || {
                    let Operation {
                        mark, org, action, ..
                    } = operation;
                    format!(
                        "{mark} ({action} of {org}/{id}) was acknowledged at {position}, revision {revision}: {problem}"
                    )
                });
            }
        }
    }
}

/// Whether the event is the one that the answer told of.
fn is_so(operation: &Operation, event: &LogEvent, revision: u64, id: &str) -> bool {
    event.org == operation.org
        && event.aggregate_type == operation.aggregate_type
        && *event.aggregate_id == *id
        && event.sequence == revision
        && operation
            .aggregate_id
            .as_deref()
            .is_none_or(|asked| asked == id)
}

/// Whether the operation itself wrote it, unless it may have found nothing to do.
fn belongs(
    operation: &Operation,
    position: Position,
    written: &Written<'_>,
) -> Option<&'static str> {
    match written.block(&operation.mark) {
        None if operation.may_change_nothing => None,
        None => Some("it wrote nothing"),
        Some(block) if (block.log, block.last.position) != (position.log, position.n) => {
            Some("what it wrote stands elsewhere")
        }
        Some(block) if block.last.key != operation.key => Some("it stands there without its key"),
        Some(_) => None,
    }
}
