//! The versions of an aggregate are 1, 2, 3… in the order of the log.

use std::collections::HashMap;

use super::objection::{Objections, Rule};
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    for log in &evidence.logs {
        let mut versions: HashMap<(&str, &str, &str), u64> = HashMap::new();
        for event in &log.events {
            let name = (&*event.aggregate_type, &*event.org, &*event.aggregate_id);
            let version = versions.entry(name).or_default();
            if event.sequence != *version + 1 {
                let expected = *version + 1;
                to.add(Rule::Versions, || {
                    let (kind, org, id) = name;
                    format!(
                        "log {} at {}: {kind} {org}/{id} has version {}, expected {expected}",
                        log.log, event.position, event.sequence
                    )
                });
            }
            *version = event.sequence;
        }
    }
}
