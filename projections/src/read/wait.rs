//! Waiting until a projection has got to a position.

use std::collections::HashMap;
use std::time::Duration;

use flowgrid_bus::{Epoch, LogId, Position};
use flowgrid_domain::LogKind;
use parking_lot::RwLock;
use sqlx::PgPool;
use tokio::time::Instant;

use crate::{ModelName, Positions, ReadError};

/// How long the first look at the database is put off: a projector of this process is faster.
const FIRST_LOOK: Duration = Duration::from_millis(5);
const RAREST_LOOK: Duration = Duration::from_millis(50);

/// What the logs are for and their lives, as far as they were asked for.
#[derive(Default)]
pub(crate) struct Lives(RwLock<HashMap<LogId, Life>>);

/// A log's present life.
#[derive(Clone, Copy)]
struct Life {
    kind: LogKind,
    epoch: Epoch,
}

impl Lives {
    /// The kind of the position's log. Refuses a position of another log or life.
    pub(crate) async fn kind_of(
        &self,
        pool: &PgPool,
        position: Position,
    ) -> Result<LogKind, ReadError> {
        let known = self.0.read().get(&position.log).copied();
        if let Some(life) = known.filter(|life| life.epoch == position.epoch) {
            return Ok(life.kind);
        }
        // Unknown or another: a log may have been made, or made anew, since.
        let life = look_up(pool, position.log).await?;
        if let Some(life) = life {
            self.0.write().insert(position.log, life);
        }
        life.filter(|life| life.epoch == position.epoch)
            .map(|life| life.kind)
            .ok_or(ReadError::ForeignPosition)
    }
}

async fn look_up(pool: &PgPool, log: LogId) -> Result<Option<Life>, ReadError> {
    let found: Option<(String, i64)> =
        sqlx::query_as("select kind, epoch from public.logs where log_id = $1")
            .bind(log.0)
            .fetch_optional(pool)
            .await?;
    Ok(found.and_then(|(kind, epoch)| {
        let kind = LogKind::ALL.into_iter().find(|one| one.as_str() == kind)?;
        let epoch = u32::try_from(epoch).ok().map(Epoch)?;
        Some(Life { kind, epoch })
    }))
}

/// Returns when `model` is at `position` or beyond: told by a projector of this process, or seen
/// in the database, which is only looked at while somebody waits.
pub(crate) async fn reached(
    pool: &PgPool,
    local: Option<&Positions>,
    model: ModelName,
    position: Position,
    deadline: Instant,
) -> Result<(), ReadError> {
    let Position { log, n: want, .. } = position;
    if local.is_some_and(|positions| positions.get(model, log) >= want) {
        return Ok(());
    }
    let told = async {
        match local {
            Some(positions) => positions.reached(model, log, want).await,
            None => std::future::pending().await,
        }
    };
    let have = parking_lot::Mutex::new(0);
    let seen = async {
        let mut pause = if local.is_some() {
            FIRST_LOOK
        } else {
            Duration::ZERO
        };
        loop {
            tokio::time::sleep(pause).await;
            let position = checkpoint(pool, model, log).await?;
            *have.lock() = position;
            if position >= want {
                return Ok::<(), ReadError>(());
            }
            pause = (pause * 2).clamp(FIRST_LOOK, RAREST_LOOK);
        }
    };
    tokio::select! {
        () = told => Ok(()),
        result = seen => result,
        () = tokio::time::sleep_until(deadline) => Err(ReadError::Behind { model, log, have: *have.lock(), want }),
    }
}

async fn checkpoint(pool: &PgPool, model: ModelName, log: LogId) -> Result<u64, ReadError> {
    let position: Option<i64> = sqlx::query_scalar(
        "select c.position from public.projection_live l \
         join public.projection_checkpoints c using (name, version, generation) \
         where l.name = $1 and l.version = $2 and c.log_id = $3",
    )
    .bind(model.as_str())
    .bind(model.version())
    .bind(log.0)
    .fetch_optional(pool)
    .await?;
    Ok(position.unwrap_or(0).cast_unsigned())
}
