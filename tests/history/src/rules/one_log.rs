//! An organization lives on one log of a kind: nowhere else could its order and its names hold.

use std::collections::HashMap;

use flowgrid_bus::LogId;
use flowgrid_log::LogKind;

use super::objection::{Objections, Rule};
use crate::Evidence;

pub(super) fn check(evidence: &Evidence, to: &mut Objections) {
    let mut homes: HashMap<(LogKind, &str), LogId> = HashMap::new();
    for log in &evidence.logs {
        for event in &log.events {
            let home = *homes.entry((log.kind, &*event.org)).or_insert(log.log);
            if home != log.log {
                to.add(Rule::OneLog, || {
                    format!(
                        "{} lives on log {home} and has an event at {} of log {}",
                        event.org, event.position, log.log
                    )
                });
            }
        }
    }
}
