//! The promises, one file each.

mod acknowledged;
mod channel;
mod claims;
mod client_order;
mod kept;
mod known;
mod locks;
mod objection;
mod once;
mod one_log;
mod order;
mod positions;
mod read_models;
mod real_time;
mod rebuilds;
mod receipts;
mod refused;
mod rows;
mod stream;
mod subscribers;
mod versions;
mod written;

use objection::Objections;
pub use objection::{Objection, Rule};
use written::Written;

use crate::Evidence;

/// Every objection to a run; none when it kept its promises. Of each rule at most twenty are named.
pub fn check(evidence: &Evidence) -> Vec<Objection> {
    let written = Written::of(evidence);
    let mut objections = Objections::default();
    let to = &mut objections;
    acknowledged::check(evidence, &written, to);
    known::check(evidence, &written, to);
    once::check(&written, to);
    refused::check(evidence, &written, to);
    versions::check(evidence, to);
    one_log::check(evidence, to);
    client_order::check(evidence, &written, to);
    real_time::check(evidence, &written, to);
    positions::check(evidence, to);
    stream::check(evidence, to);
    subscribers::check(evidence, to);
    read_models::check(evidence, to);
    rebuilds::check(evidence, to);
    locks::check(evidence, to);
    claims::check(evidence, to);
    receipts::check(evidence, to);
    objections.into_all()
}
