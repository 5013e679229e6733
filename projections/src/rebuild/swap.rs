//! Making a generation the live one: one transaction, one row.

use flowgrid_bus::LogId;
use sqlx::{PgConnection, Row};

use super::Broken;
use super::run::{MOST_ROUNDS, NEAR, Rebuild};
use crate::closed::Closed;
use crate::generation::{Generation, advance_statement, checkpoint};
use crate::read_model::{Batch, BatchWrites, Poison, ReadModel, stage_all};
use crate::runtime::write_rows;
use crate::simple;

impl<M: ReadModel> Rebuild<M> {
    /// Swaps. The live projector waits while the last events are brought in, which are few: what
    /// queries have seen they see again afterwards.
    pub(super) async fn swap(&mut self, live: Option<&Generation>) -> Result<(), Broken> {
        for round in 1..=MOST_ROUNDS {
            self.catch_up().await?;
            if self.try_swap(live, round == MOST_ROUNDS).await? {
                tracing::info!(projection = %M::NAME, generation = self.generation.number, "generation is live");
                return Ok(());
            }
        }
        Err(Broken::Failed(
            "the live projector is always far ahead".into(),
        ))
    }

    /// False when too much is missing to make the live projector wait for it, unless it is the last
    /// try.
    async fn try_swap(
        &mut self,
        live: Option<&Generation>,
        last_try: bool,
    ) -> Result<bool, Broken> {
        simple::run(&mut self.writer, "begin; set local synchronous_commit = on").await?;
        if let Some(live) = live {
            for (log, until) in lock(live, &mut self.writer).await? {
                let ours = checkpoint(&self.generation, log, &mut self.writer).await?;
                let from = ours.ok_or(Broken::Cancelled)?.position;
                if until.saturating_sub(from) > NEAR && !last_try {
                    simple::run(&mut self.writer, "rollback").await?;
                    return Ok(false);
                }
                self.bring_in(log, from, until).await?;
            }
            close(live, &mut self.writer).await?;
        }
        if !self.name_live().await? {
            simple::run(&mut self.writer, "rollback").await?;
            return Err(Broken::Cancelled);
        }
        simple::run(&mut self.writer, "commit").await?;
        Ok(true)
    }

    /// The last events, inside the transaction of the swap.
    async fn bring_in(&mut self, log: LogId, from: u64, until: u64) -> Result<(), Broken> {
        if until <= from {
            return Ok(());
        }
        let most = usize::try_from(until - from).unwrap_or(usize::MAX);
        let events = self.context.store.read(log, from, most).await?;
        if events.len() != most {
            return Err(Broken::Failed(format!(
                "log {log} ends before position {until}"
            )));
        }
        let mut batch = M::Batch::default();
        stage_all::<M>(&mut batch, &events).map_err(|Poison { position, reason }| {
            Broken::Failed(format!("event at {position}: {reason}"))
        })?;
        let advance = advance_statement(&self.generation, log, from, until);
        if simple::rows(&mut self.writer, &advance).await?.is_empty() {
            return Err(Broken::Cancelled);
        }
        let mut writes = batch.into_writes();
        writes.leave_out(&Closed::load(&mut self.writer).await?);
        let memory = &mut M::Memory::default();
        write_rows::<M>(&mut self.writer, (from, until), &writes, memory).await?;
        Ok(())
    }

    /// Writes the row that names the live generation; false when this one was cancelled meanwhile.
    async fn name_live(&mut self) -> Result<bool, Broken> {
        let named = sqlx::query(
            "with swapped as ( \
               update public.projection_generations set state = 'live', finished_at = clock_timestamp() \
                where name = $1 and version = $2 and generation = $3 and state = 'comparing' \
                returning name, version, generation, schema_name) \
             insert into public.projection_live (name, version, generation, schema_name) \
               select name, version, generation, schema_name from swapped \
             on conflict (name, version) do update set generation = excluded.generation, \
               schema_name = excluded.schema_name, swapped_at = clock_timestamp()",
        )
        .bind(M::NAME.as_str())
        .bind(M::NAME.version())
        .bind(self.generation.number)
        .execute(&mut self.writer)
        .await?;
        Ok(named.rows_affected() == 1)
    }
}

/// Locks the live checkpoints: their projector waits until the transaction ends.
async fn lock(
    live: &Generation,
    connection: &mut PgConnection,
) -> Result<Vec<(LogId, u64)>, Broken> {
    let rows = sqlx::query(
        "select log_id, position from public.projection_checkpoints \
         where name = $1 and version = $2 and generation = $3 order by log_id for update",
    )
    .bind(live.model.as_str())
    .bind(live.model.version())
    .bind(live.number)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            Ok((
                LogId(row.try_get(0)?),
                row.try_get::<i64, _>(1)?.cast_unsigned(),
            ))
        })
        .collect()
}

/// Ends the generation that was live: its projector finds its checkpoint closed and moves over.
async fn close(live: &Generation, connection: &mut PgConnection) -> Result<(), Broken> {
    for sql in [
        "update public.projection_checkpoints set closed = true where name = $1 and version = $2 and generation = $3",
        "update public.projection_generations set state = 'retired', finished_at = clock_timestamp() \
         where name = $1 and version = $2 and generation = $3",
    ] {
        sqlx::query(sql)
            .bind(live.model.as_str())
            .bind(live.model.version())
            .bind(live.number)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
