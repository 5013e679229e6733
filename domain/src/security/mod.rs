//! What happened to the safety of an organization, and what somebody should look at.
//!
//! A record is written once and never changes. A threat gathers records of one kind about one
//! subject until somebody has dealt with it.

mod read;
mod record;
mod record_event;
mod resource;
#[cfg(test)]
mod spec;
mod threat;
mod threat_event;
mod watch;

pub use read::{Report, read_report};
pub use record::{RecordCommand, RecordSecurityEvent, SecurityRecord, Traces};
pub use record_event::{Recorded, SecurityRecordEvent};
pub use resource::{Opened, SecurityEventResource, ThreatResource, ThreatStatus};
pub use threat::{MAX_EVIDENCE, Notice, Threat, ThreatCommand, ThreatFacts};
pub use threat_event::{Detected, Dismissed, SeenAgain, ThreatEvent, ThreatKind};
pub use watch::{Finding, LoginFailure, Thresholds, brute_force};

/// The claim of the one open threat of a kind about a subject: its key is `<kind>/<subject>`.
pub const OPEN_THREAT: &str = "open-threat";
