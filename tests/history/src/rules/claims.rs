//! Claims are those that the log implies.

use super::objection::{Objections, Rule};
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for log in &evidence.logs {
        let missing = log.claims.missing().map(|(name, _)| (name, "is missing"));
        for ((tenant, scope, key), problem) in log.claims.surplus().chain(missing) {
            to.add(Rule::Claims, || {
                format!(
                    "log {}: claim {scope} {key:?} of {tenant} {problem}",
                    log.log
                )
            });
        }
    }
}
