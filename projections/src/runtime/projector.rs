//! One projector on one log: keeps a session going, and stands still loudly where it must.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use flowgrid_bus::LogId;
use tokio::sync::watch;

use super::session::{Ended, Session};
use super::stats::Counters;
use super::{ApplyError, Context};
use crate::ReadError;
use crate::generation::live;
use crate::read_model::ReadModel;

/// Pauses after Postgres went away.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a projector that stands still looks whether the cause is gone: a healed log, another
/// generation. Nothing is skipped: as long as the cause is there it stands where it stood.
const STANDSTILL: Duration = Duration::from_secs(10);

/// A projector of one read model on one log.
pub(crate) struct Projector<M> {
    pub context: Arc<Context>,
    pub log: LogId,
    pub counters: Arc<Counters>,
    pub model: PhantomData<M>,
}

/// Why a projector stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub position: u64,
    pub reason: String,
}

impl<M: ReadModel> Projector<M> {
    /// Runs until `shutdown` turns true.
    pub(crate) async fn run(self, mut shutdown: watch::Receiver<bool>) {
        let mut pause = FIRST_PAUSE;
        let mut told: Option<Stop> = None;
        while !*shutdown.borrow() {
            let before = self.counters.events.load(Ordering::Relaxed);
            let mut session = Session::<M>::new(&self, shutdown.clone());
            let wait = match session.run().await {
                Ok(Ended::Shutdown) => return,
                Ok(Ended::Swapped) => Duration::ZERO,
                Ok(Ended::Stopped(stop)) => {
                    self.stand_still(&stop, &mut told).await;
                    STANDSTILL
                }
                Err(error) => {
                    if self.counters.events.load(Ordering::Relaxed) > before {
                        pause = FIRST_PAUSE;
                    }
                    tracing::warn!(projection = %M::NAME, log = %self.log, %error, "projector tries again");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    pause
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = shutdown.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Says why, in the log of this process and for all processes in the database.
    async fn stand_still(&self, stop: &Stop, told: &mut Option<Stop>) {
        self.counters.stopped.store(1, Ordering::Relaxed);
        if told.as_ref() != Some(stop) {
            tracing::error!(
                projection = %M::NAME, log = %self.log, position = stop.position, reason = stop.reason,
                "projector stopped"
            );
        }
        *told = Some(stop.clone());
        if let Err(error) = self.record(stop).await {
            tracing::warn!(projection = %M::NAME, log = %self.log, %error, "the reason could not be recorded");
        }
    }

    async fn record(&self, stop: &Stop) -> Result<(), ReadError> {
        let mut connection = self.context.client.reader().await?;
        let Some(generation) = live(M::NAME, &mut connection).await? else {
            return Ok(());
        };
        sqlx::query(
            "update public.projection_checkpoints set error = $5, error_position = $6 \
             where name = $1 and version = $2 and generation = $3 and log_id = $4",
        )
        .bind(M::NAME.as_str())
        .bind(M::NAME.version())
        .bind(generation.number)
        .bind(self.log.0)
        .bind(&stop.reason)
        .bind(stop.position.cast_signed())
        .execute(&mut connection)
        .await?;
        Ok(())
    }
}

impl Stop {
    /// What rows that can't be written mean: the projector must not go on.
    pub(crate) fn of(error: ApplyError) -> Result<Self, ReadError> {
        match error {
            ApplyError::Unwritable { from, .. } => Ok(Self {
                position: from,
                reason: error.to_string(),
            }),
            ApplyError::Read(error) => Err(error),
        }
    }
}
