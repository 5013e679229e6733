//! Filling a generation: history is read in short statements while what was read before is merged
//! and written, so no snapshot is held for long.

use flowgrid_bus::{LogId, RecordedEvent};
use flowgrid_log::{LogError, LogStore};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Broken;
use super::run::Rebuild;
use crate::closed::Closed;
use crate::generation::checkpoint;
use crate::read_model::{Batch, BatchWrites, Poison, ReadModel, stage_all};
use crate::runtime::{Applied, apply};

/// Events read at once, and how many such reads may wait to be merged.
const CHUNK: usize = 5_000;
const CHUNKS_AHEAD: usize = 4;
/// The most events merged into one write: what a crash costs.
const MOST_EVENTS: u64 = 2_000_000;

impl<M: ReadModel> Rebuild<M> {
    /// Brings the generation's rows of one log from where they stand to `until`, exactly.
    pub(super) async fn fill(&mut self, log: LogId, until: u64) -> Result<(), Broken> {
        let start = checkpoint(&self.generation, log, &mut self.control).await?;
        let start = start
            .filter(|checkpoint| !checkpoint.closed)
            .ok_or(Broken::Cancelled)?
            .position;
        if start >= until {
            return Ok(());
        }
        let (sender, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
        // Dropping the set ends the reader.
        let mut reader = JoinSet::new();
        reader.spawn(read(self.context.store.clone(), log, start, until, sender));
        let (mut from, mut to) = (start, start);
        let mut batch = M::Batch::default();
        while let Some(chunk) = chunks.recv().await {
            let events = chunk?;
            to = events.last().map_or(to, |event| event.position);
            self.progress.add(events.len());
            batch = stage::<M>(batch, events).await?;
            self.progress
                .tell(&self.generation, &mut self.control)
                .await?;
            if *self.shutdown.borrow() {
                return Err(Broken::Shutdown);
            }
            if batch.len() >= self.context.options.rebuild_rows || to - from >= MOST_EVENTS {
                self.write(log, (from, to), std::mem::take(&mut batch))
                    .await?;
                from = to;
            }
        }
        if to < until {
            return Err(Broken::Failed(format!(
                "log {log} ends at {to}, position {until} was expected"
            )));
        }
        if to > from {
            self.write(log, (from, to), batch).await
        } else {
            Ok(())
        }
    }

    async fn write(
        &mut self,
        log: LogId,
        range: (u64, u64),
        batch: M::Batch,
    ) -> Result<(), Broken> {
        let writes = tokio::task::spawn_blocking(move || batch.into_writes());
        let mut writes = writes
            .await
            .map_err(|error| Broken::Failed(error.to_string()))?;
        writes.leave_out(&Closed::load(&mut self.control).await?);
        let (writer, generation) = (&mut self.writer, &self.generation);
        // Another log's events change the same rows: nothing is remembered.
        let memory = &mut M::Memory::default();
        match apply::<M>(writer, generation, log, range, writes, memory).await? {
            Applied::Written => Ok(()),
            Applied::FenceLost => Err(Broken::Cancelled),
        }
    }
}

/// Merges a chunk, away from the threads that answer requests.
async fn stage<M: ReadModel>(
    mut batch: M::Batch,
    events: Vec<RecordedEvent>,
) -> Result<M::Batch, Broken> {
    let staged = tokio::task::spawn_blocking(move || {
        let outcome = stage_all::<M>(&mut batch, &events);
        outcome.map(|()| batch)
    });
    let staged = staged
        .await
        .map_err(|error| Broken::Failed(error.to_string()))?;
    staged.map_err(|Poison { position, reason }| {
        Broken::Failed(format!("event at {position}: {reason}"))
    })
}

/// Reads ahead, chunk by chunk, until the receiver is gone or all is read.
async fn read(
    store: LogStore,
    log: LogId,
    mut at: u64,
    until: u64,
    sender: mpsc::Sender<Result<Vec<RecordedEvent>, LogError>>,
) {
    while at < until {
        let most = usize::try_from(until - at).unwrap_or(usize::MAX).min(CHUNK);
        let chunk = store.read(log, at, most).await;
        let last = chunk
            .as_ref()
            .ok()
            .and_then(|events| events.last())
            .map(|event| event.position);
        if last.is_none() && chunk.is_ok() {
            return;
        }
        if sender.send(chunk).await.is_err() {
            return;
        }
        let Some(last) = last else { return };
        at = last;
    }
}
