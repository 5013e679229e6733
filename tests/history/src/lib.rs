//! Whether a run kept the promises of the architecture.
//!
//! Clients and subscribers write what they send and hear ([`Recorder`]). When the run is over and
//! everything has caught up, [`collect`] gathers what log, stream and read models hold, and
//! [`check`] compares: it objects to whatever was promised and isn't so, rule by rule ([`Rule`]).
//!
//! Not looked at: what else an answer's body says, what queries answer while the run goes on, and
//! how long anything took.

mod collect;
mod evidence;
mod hash;
mod intern;
mod record;
mod recorded;
mod rules;

pub use collect::{CollectError, Sources, catch_up, collect};
pub use evidence::*;
pub use record::{ClientLog, Op, Recorder, Sent, SubscriberLog};
pub use recorded::{
    Answer, Attempt, Fate, Heard, Operation, Recorded, RecordingError, Subscriber, read_recording,
};
pub use rules::{Objection, Rule, check};
