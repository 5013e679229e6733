//! Receipts of the last 24 hours are those that the log implies.

use super::objection::{Objections, Rule};
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for log in &evidence.logs {
        let missing = log
            .receipts
            .missing()
            .filter(|(_, receipt)| !receipt.may_be_gone)
            .map(|(name, _)| (name, "is missing"));
        for ((tenant, key, position), problem) in log.receipts.surplus().chain(missing) {
            to.add(Rule::Receipts, || {
                format!(
                    "log {}: receipt {key:?} of {tenant} at {position} {problem}",
                    log.log
                )
            });
        }
    }
}
