//! A client's own order is kept.

use super::objection::{Objections, Rule};
use super::order::{describe, inversions, spans};
use super::written::Written;
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, written: &Written<'_>, to: &mut Objections) {
    let operations = &evidence.recorded.operations;
    for of_one in operations.chunk_by(|one, next| one.client == next.client) {
        for log in &evidence.logs {
            for inversion in inversions(spans(of_one.iter(), written, log.log)) {
                to.add(Rule::ClientOrder, || {
                    format!("log {}: {}", log.log, describe(&inversion))
                });
            }
        }
    }
}
