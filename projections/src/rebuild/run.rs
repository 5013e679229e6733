//! A rebuild, step by step. Each step can be done again, so a crash in any of them is resumed.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use flowgrid_bus::LogId;
use tokio::sync::watch;

use super::Broken;
use super::progress::Progress;
use crate::generation::{
    Generation, State, checkpoints, create_tables, live, open_checkpoint, seal,
};
use crate::read_model::ReadModel;
use crate::runtime::{Context, OwnedConnection};

/// So near to the live generation the rest is brought in by the next step.
pub(super) const NEAR: u64 = 2_000;
/// Rounds of catching up before the rest is brought in while the live projector waits.
pub(super) const MOST_ROUNDS: usize = 20;

/// A rebuild at work.
pub(super) struct Rebuild<M> {
    pub context: Arc<Context>,
    pub generation: Generation,
    /// Writes rows and their checkpoint.
    pub writer: OwnedConnection,
    /// States, progress and comparison.
    pub control: OwnedConnection,
    pub progress: Progress,
    pub shutdown: watch::Receiver<bool>,
    model: PhantomData<M>,
}

impl<M: ReadModel> Rebuild<M> {
    /// Takes a generation up where it stands.
    pub(super) async fn open(
        context: Arc<Context>,
        generation: Generation,
        owner: &mut OwnedConnection,
        shutdown: watch::Receiver<bool>,
    ) -> Result<Self, Broken> {
        create_tables::<M>(&generation, owner).await?;
        let mut control = context.client.reader().await?;
        for log in context.logs(M::NAME) {
            open_checkpoint(&generation, log, &mut control).await?;
        }
        let writer = context.client.writer(&generation.schema).await?;
        let progress = Progress::new(0, 0);
        let mut rebuild = Self {
            context,
            generation,
            writer,
            control,
            progress,
            shutdown,
            model: PhantomData,
        };
        let done = checkpoints(&rebuild.generation, &mut rebuild.control).await?;
        let target = rebuild.targets().await?.values().sum();
        rebuild.progress = Progress::new(done.iter().map(|c| c.position).sum(), target);
        Ok(rebuild)
    }

    /// From wherever it stands to the swap.
    pub(super) async fn run(&mut self, owner: &mut OwnedConnection) -> Result<(), Broken> {
        if matches!(self.generation.state, State::Requested) {
            self.enter(State::Filling).await?;
        }
        if matches!(self.generation.state, State::Filling) {
            self.progress
                .write(&self.generation, &mut self.control)
                .await?;
            self.catch_up().await?;
            self.enter(State::CatchingUp).await?;
        }
        if matches!(self.generation.state, State::CatchingUp) {
            seal::<M>(&self.generation, owner).await?;
            self.catch_up().await?;
            self.enter(State::Comparing).await?;
        }
        let live = live(M::NAME, &mut self.control).await?;
        if let Some(live) = &live
            && let Some(difference) = self.compare(live).await?
        {
            tracing::error!(projection = %M::NAME, generation = self.generation.number, difference, "rebuild differs");
            if !self.generation.forced {
                return self.enter_with(State::Differs, Some(&difference)).await;
            }
        }
        self.progress
            .write(&self.generation, &mut self.control)
            .await?;
        self.swap(live.as_ref()).await
    }

    pub(super) async fn enter(&mut self, state: State) -> Result<(), Broken> {
        self.enter_with(state, None).await
    }

    /// Moves on, leaving a text for whoever asks for its status.
    pub(super) async fn enter_with(
        &mut self,
        state: State,
        note: Option<&str>,
    ) -> Result<(), Broken> {
        let control = &mut self.control;
        if self.generation.enter(state, note, control).await? {
            Ok(())
        } else {
            Err(Broken::Cancelled)
        }
    }

    /// How far each log should be filled: to where the live generation stands, so that the two can
    /// be compared; to the end of the log where there is none.
    pub(super) async fn targets(&mut self) -> Result<BTreeMap<LogId, u64>, Broken> {
        let live = live(M::NAME, &mut self.control).await?;
        let Some(live) = live else {
            let mut heads = BTreeMap::new();
            for log in self.context.logs(M::NAME) {
                heads.insert(log, self.context.store.head(log).await?);
            }
            return Ok(heads);
        };
        let checkpoints = checkpoints(&live, &mut self.control).await?;
        Ok(checkpoints
            .into_iter()
            .map(|checkpoint| (checkpoint.log, checkpoint.position))
            .collect())
    }

    /// Fills all logs until little is missing.
    pub(super) async fn catch_up(&mut self) -> Result<(), Broken> {
        for _ in 0..MOST_ROUNDS {
            for (log, until) in self.targets().await? {
                self.fill(log, until).await?;
            }
            if self.missing().await? <= NEAR {
                break;
            }
        }
        Ok(())
    }

    /// Events that the generation is behind.
    async fn missing(&mut self) -> Result<u64, Broken> {
        let targets = self.targets().await?;
        let done = checkpoints(&self.generation, &mut self.control).await?;
        let of = |log| done.iter().find(|c| c.log == log).map_or(0, |c| c.position);
        Ok(targets
            .into_iter()
            .map(|(log, target)| target.saturating_sub(of(log)))
            .max()
            .unwrap_or(0))
    }
}
