//! Writing telemetry in an authorized member's name.

use std::time::Instant;

use flowgrid_commands::{Idempotency, Recorded, Recording};

use super::{Access, Writes};
use crate::error::ApiError;

impl<L: Writes> Access<L> {
    /// Writes readings; `name` is what metrics call it.
    pub async fn record(
        &self,
        name: &'static str,
        recording: Recording,
    ) -> Result<Recorded, ApiError> {
        let started = Instant::now();
        let result = self
            .state
            .0
            .commands
            .record(&self.caller(), recording)
            .await;
        let metrics = self.state.metrics();
        metrics.recording(name, &result, started.elapsed());
        Ok(result?)
    }

    /// What was written under a key before, if anything was.
    pub async fn recorded(&self, key: &Idempotency) -> Result<Option<Recorded>, ApiError> {
        let commands = &self.state.0.commands;
        Ok(commands.recorded(&self.caller(), key).await?)
    }

    /// Counts what a request brought.
    pub fn count_readings(&self, accepted: usize, left_out: usize) {
        self.state.metrics().readings(accepted, left_out);
    }
}
