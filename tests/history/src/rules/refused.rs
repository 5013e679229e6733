//! What was refused has not happened.

use super::objection::{Objections, Rule};
use super::written::Written;
use crate::{Evidence, Fate};

pub(super) fn check(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    for operation in &evidence.recorded.operations {
        if operation.fate() != Fate::Refused {
            continue;
        }
        if let Some(block) = written.block(&operation.mark) {
            to.add(Rule::Refused, || {
                format!(
                    "{} ({}) was refused and stands at {} of log {}",
                    operation.mark, operation.action, block.first.position, block.log
                )
            });
        }
    }
}
