//! Readings as the log sees them: nothing is decided on, so nothing is kept.

use serde::{Deserialize, Serialize};

use super::ReadingsEvent;
use crate::{Decider, LogKind, Rejection};

/// The readings of a building. It has no state: any reading may come at any time, and what two of
/// them mean together is for read models to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readings;

impl Decider for Readings {
    const TYPE: &'static str = "readings";
    const LOG: LogKind = LogKind::Telemetry;
    /// What is to be written, checked already.
    type Command = ReadingsEvent;
    type Event = ReadingsEvent;

    fn decide(&self, command: &ReadingsEvent) -> Result<Vec<ReadingsEvent>, Rejection> {
        Ok(vec![command.clone()])
    }

    fn evolve(&mut self, event: &ReadingsEvent) {
        match event {
            ReadingsEvent::Recorded(_) | ReadingsEvent::Corrected(_) => {}
        }
    }
}
