//! How the projections stand, for any process to ask.

use flowgrid_bus::LogId;
use flowgrid_log::LogStore;
use serde::Serialize;
use sqlx::{PgPool, Row};

use crate::generation::{State, checkpoints, live};
use crate::runtime::logs_of;
use crate::{ModelName, ReadError};

/// One read model.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionStatus {
    pub name: &'static str,
    pub version: i32,
    /// The live generation; null while the first is being filled.
    pub generation: Option<i32>,
    /// `running`, `rebuilding` (running beside it), `stopped` or `filling` (nothing live yet).
    pub state: &'static str,
    pub logs: Vec<LogStatus>,
    /// The rebuild under way, else the latest.
    pub rebuild: Option<RebuildStatus>,
    /// Where and why a projector stands still.
    pub error: Option<StoppedAt>,
}

/// One log, as far as a projection has read it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogStatus {
    pub log: LogId,
    pub position: u64,
    pub head: u64,
    pub lag_events: u64,
    /// Age of the oldest event that isn't projected yet.
    pub lag_seconds: f64,
}

/// A rebuild.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebuildStatus {
    /// `buildings-v1-3`
    pub job_id: String,
    pub generation: i32,
    /// `requested`, `filling`, `catching-up`, `comparing`, `live`, `differs`, `cancelled`, `failed`…
    pub state: &'static str,
    /// Events read, over all logs.
    pub position: u64,
    /// Events there are to read.
    pub target: u64,
    /// Percent, 0–100.
    pub progress: f64,
    /// Events/s.
    pub rate_per_s: f64,
    /// Estimated; null while no rate is known.
    pub remaining_s: Option<f64>,
    /// Why it failed, or what differs.
    pub error: Option<String>,
}

/// Where a projector stands still.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoppedAt {
    pub log: LogId,
    pub position: u64,
    pub reason: String,
}

/// How one model stands.
pub(crate) async fn status_of(
    model: ModelName,
    pool: &PgPool,
    store: &LogStore,
) -> Result<ProjectionStatus, ReadError> {
    let live = live(model, pool).await?;
    let mut logs = Vec::new();
    let checkpoints = match &live {
        Some(live) => checkpoints(live, pool).await?,
        None => Vec::new(),
    };
    for log in logs_of(model, store.logs()) {
        let position = checkpoints
            .iter()
            .find(|c| c.log == log)
            .map_or(0, |c| c.position);
        logs.push(log_status(log, position, pool, store).await?);
    }
    let rebuild = rebuild_of(model, pool).await?;
    let error = match &live {
        Some(live) => stopped(model, live.number, pool).await?,
        None => None,
    };
    let rebuilding = rebuild
        .as_ref()
        .and_then(|rebuild| State::parse(rebuild.state))
        .is_some_and(State::is_unfinished);
    let state = match (&live, &error) {
        (None, _) => "filling",
        (Some(_), Some(_)) => "stopped",
        (Some(_), None) if rebuilding => "rebuilding",
        (Some(_), None) => "running",
    };
    Ok(ProjectionStatus {
        name: model.as_str(),
        version: model.version(),
        generation: live.map(|live| live.number),
        state,
        logs,
        rebuild,
        error,
    })
}

async fn log_status(
    log: LogId,
    position: u64,
    pool: &PgPool,
    store: &LogStore,
) -> Result<LogStatus, ReadError> {
    let head = store.head(log).await?.max(position);
    let mut lag_seconds = 0.0;
    if head > position {
        let age: Option<f64> = sqlx::query_scalar(
            "select greatest(extract(epoch from clock_timestamp() - recorded_at), 0)::float8 from public.events \
             where log_id = $1 and position = $2",
        )
        .bind(log.0)
        .bind((position + 1).cast_signed())
        .fetch_optional(pool)
        .await?;
        lag_seconds = age.unwrap_or(0.0);
    }
    Ok(LogStatus {
        log,
        position,
        head,
        lag_events: head - position,
        lag_seconds,
    })
}

/// The newest generation that a rebuild made or makes.
pub(crate) async fn rebuild_of(
    model: ModelName,
    pool: &PgPool,
) -> Result<Option<RebuildStatus>, ReadError> {
    let row = sqlx::query(
        "select generation, state, events_read, events_target, events_per_second, error \
         from public.projection_generations where name = $1 and version = $2 order by generation desc limit 1",
    )
    .bind(model.as_str())
    .bind(model.version())
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state: &str = row.try_get("state")?;
    let state = State::parse(state)
        .ok_or_else(|| ReadError::Corrupt(format!("generation state {state:?}")))?;
    let generation: i32 = row.try_get("generation")?;
    let position = row.try_get::<i64, _>("events_read")?.cast_unsigned();
    let target = row.try_get::<i64, _>("events_target")?.cast_unsigned();
    let rate: f64 = row.try_get("events_per_second")?;
    let left = target.saturating_sub(position) as f64;
    Ok(Some(RebuildStatus {
        job_id: job_id(model, generation),
        generation,
        state: state.as_str(),
        position,
        target,
        progress: if target == 0 {
            0.0
        } else {
            100.0 * position.min(target) as f64 / target as f64
        },
        rate_per_s: rate,
        remaining_s: (state.is_unfinished() && rate > 0.0).then(|| left / rate),
        error: row.try_get("error")?,
    }))
}

/// How the API calls a rebuild.
pub(crate) fn job_id(model: ModelName, generation: i32) -> String {
    format!("{model}-v{}-{generation}", model.version())
}

async fn stopped(
    model: ModelName,
    generation: i32,
    pool: &PgPool,
) -> Result<Option<StoppedAt>, ReadError> {
    let row = sqlx::query(
        "select log_id, error_position, error from public.projection_checkpoints \
         where name = $1 and version = $2 and generation = $3 and error is not null order by log_id limit 1",
    )
    .bind(model.as_str())
    .bind(model.version())
    .bind(generation)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(StoppedAt {
        log: LogId(row.try_get(0)?),
        position: row
            .try_get::<Option<i64>, _>(1)?
            .unwrap_or(0)
            .cast_unsigned(),
        reason: row.try_get(2)?,
    }))
}
