//! How far a rebuild has got, for any process to see.

use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::Instant;

use super::Broken;
use crate::generation::Generation;

/// How often progress is written; as often a cancellation is noticed.
const EVERY: Duration = Duration::from_millis(250);

/// Events read and to read, over all logs.
pub(super) struct Progress {
    read: u64,
    target: u64,
    written: Instant,
    /// Events/s of late: half of it is the latest measurement.
    rate: f64,
    read_when_written: u64,
}

impl Progress {
    pub(super) fn new(read: u64, target: u64) -> Self {
        Self {
            read,
            target,
            written: Instant::now(),
            rate: 0.0,
            read_when_written: read,
        }
    }

    pub(super) fn add(&mut self, events: usize) {
        self.read += events as u64;
    }

    /// Writes it when it is time.
    pub(super) async fn tell(
        &mut self,
        generation: &Generation,
        connection: &mut PgConnection,
    ) -> Result<(), Broken> {
        if self.written.elapsed() < EVERY {
            Ok(())
        } else {
            self.write(generation, connection).await
        }
    }

    /// Writes it now. Fails when the generation is no longer in the state we know.
    pub(super) async fn write(
        &mut self,
        generation: &Generation,
        connection: &mut PgConnection,
    ) -> Result<(), Broken> {
        let seconds = self.written.elapsed().as_secs_f64();
        if self.read > self.read_when_written && seconds > 0.0 {
            let now = (self.read - self.read_when_written) as f64 / seconds;
            self.rate = if self.rate == 0.0 {
                now
            } else {
                (self.rate + now) / 2.0
            };
        }
        self.target = self.target.max(self.read);
        (self.written, self.read_when_written) = (Instant::now(), self.read);
        let written = sqlx::query(
            "update public.projection_generations set events_read = $5, events_target = $6, events_per_second = $7 \
             where name = $1 and version = $2 and generation = $3 and state = $4",
        )
        .bind(generation.model.as_str())
        .bind(generation.model.version())
        .bind(generation.number)
        .bind(generation.state.as_str())
        .bind(self.read.cast_signed())
        .bind(self.target.cast_signed())
        .bind(self.rate)
        .execute(connection)
        .await?;
        if written.rows_affected() == 1 {
            Ok(())
        } else {
            Err(Broken::Cancelled)
        }
    }
}
