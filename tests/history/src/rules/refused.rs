//! What was refused has not happened, and what has happened is not refused when it is sent again.

use super::objection::{Objections, Rule};
use super::written::Written;
use crate::{Answer, Evidence, Fate, Operation};

pub(super) fn check(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    for operation in &evidence.recorded.operations {
        let problem = match operation.fate() {
            Fate::Refused => "was refused and stands",
            Fate::Acknowledged if refused_afterwards(operation) => {
                "was acknowledged, then refused under the same key, and stands"
            }
            Fate::Acknowledged | Fate::Unknown => continue,
        };
        if let Some(block) = written.block(&operation.mark) {
            to.add(Rule::Refused, || {
                format!(
                    "{} ({}) {problem} at {} of log {}",
                    operation.mark, operation.action, block.first.position, block.log
                )
            });
        }
    }
}

/// Whether it was sent again after it was acknowledged, and refused for good.
fn refused_afterwards(operation: &Operation) -> bool {
    let told = operation.acknowledgements().map(|(at, ..)| at).min();
    let Some(told) = told else { return false };
    operation.attempts.iter().any(|attempt| {
        let for_good = matches!(attempt.answer, Answer::Refused { status } if status < 500);
        for_good && attempt.sent >= told
    })
}
