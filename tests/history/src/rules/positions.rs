//! Positions are 1, 2, 3… up to the head.

use super::objection::{Objections, Rule};
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for log in &evidence.logs {
        let mut expected = 1;
        for event in &log.events {
            if event.position != expected {
                to.add(Rule::Positions, || {
                    format!(
                        "log {}: expected {expected}, found {}",
                        log.log, event.position
                    )
                });
            }
            expected = event.position + 1;
        }
        if expected != log.head + 1 {
            to.add(Rule::Positions, || {
                format!(
                    "log {}: the last event is at {}, the head at {}",
                    log.log,
                    expected - 1,
                    log.head
                )
            });
        }
    }
}
