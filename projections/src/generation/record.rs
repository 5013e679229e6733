//! Rows of `projection_generations` and `projection_live`.

use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, PgPool, Row};

use super::State;
use crate::{ModelName, ReadError};

/// A generation of a read model of this build's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    pub model: ModelName,
    pub number: i32,
    pub schema: String,
    pub state: State,
    pub forced: bool,
}

const COLUMNS: &str = "generation, schema_name, state, forced";

impl Generation {
    pub(crate) fn decode(model: ModelName, row: &PgRow) -> Result<Self, ReadError> {
        let state: &str = row.try_get("state")?;
        Ok(Self {
            model,
            number: row.try_get("generation")?,
            schema: row.try_get("schema_name")?,
            state: State::parse(state)
                .ok_or_else(|| ReadError::Corrupt(format!("generation state {state:?}")))?,
            forced: row.try_get("forced")?,
        })
    }

    /// Moves on to another state, if it still is in the one we know: somebody may have cancelled it.
    /// `note` is what whoever asks for its status reads.
    pub(crate) async fn enter(
        &mut self,
        state: State,
        note: Option<&str>,
        executor: impl PgExecutor<'_>,
    ) -> Result<bool, ReadError> {
        let moved = sqlx::query(
            "update public.projection_generations set state = $5, error = $7, \
               started_at = coalesce(started_at, clock_timestamp()), \
               finished_at = case when $6 then null else clock_timestamp() end \
             where name = $1 and version = $2 and generation = $3 and state = $4",
        )
        .bind(self.model.as_str())
        .bind(self.model.version())
        .bind(self.number)
        .bind(self.state.as_str())
        .bind(state.as_str())
        .bind(state.is_unfinished())
        .bind(note)
        .execute(executor)
        .await?;
        let moved = moved.rows_affected() == 1;
        if moved {
            self.state = state;
        }
        Ok(moved)
    }
}

/// The generation that queries of this build see.
pub(crate) async fn live(
    model: ModelName,
    executor: impl PgExecutor<'_>,
) -> Result<Option<Generation>, ReadError> {
    let row = sqlx::query(
        "select g.generation, g.schema_name, g.state, g.forced from public.projection_live l \
         join public.projection_generations g using (name, version, generation) where l.name = $1 and l.version = $2",
    )
    .bind(model.as_str())
    .bind(model.version())
    .fetch_optional(executor)
    .await?;
    row.as_ref()
        .map(|row| Generation::decode(model, row))
        .transpose()
}

/// The generation that a rebuild is at work on, or should be.
pub(crate) async fn newest_unfinished(
    model: ModelName,
    executor: impl PgExecutor<'_>,
) -> Result<Option<Generation>, ReadError> {
    let sql = format!(
        "select {COLUMNS} from public.projection_generations where name = $1 and version = $2 \
         and state in ('requested', 'filling', 'catching-up', 'comparing') order by generation desc limit 1"
    );
    let row = sqlx::query(&sql)
        .bind(model.as_str())
        .bind(model.version())
        .fetch_optional(executor)
        .await?;
    row.as_ref()
        .map(|row| Generation::decode(model, row))
        .transpose()
}

/// The generation made last, whatever became of it.
pub(crate) async fn newest(
    model: ModelName,
    executor: impl PgExecutor<'_>,
) -> Result<Option<Generation>, ReadError> {
    let sql = format!(
        "select {COLUMNS} from public.projection_generations where name = $1 and version = $2 \
         order by generation desc limit 1"
    );
    let row = sqlx::query(&sql)
        .bind(model.as_str())
        .bind(model.version())
        .fetch_optional(executor)
        .await?;
    row.as_ref()
        .map(|row| Generation::decode(model, row))
        .transpose()
}

/// Asks for a new generation; `None` when a rebuild is under way.
pub(crate) async fn request(
    model: ModelName,
    forced: bool,
    pool: &PgPool,
) -> Result<Option<Generation>, ReadError> {
    let newest: Option<i32> =
        sqlx::query_scalar("select max(generation) from public.projection_generations where name = $1 and version = $2")
            .bind(model.as_str())
            .bind(model.version())
            .fetch_one(pool)
            .await?;
    let number = newest.unwrap_or(0) + 1;
    let sql = format!(
        "insert into public.projection_generations (name, version, generation, schema_name, state, forced) \
         values ($1, $2, $3, $4, 'requested', $5) on conflict do nothing returning {COLUMNS}"
    );
    let row = sqlx::query(&sql)
        .bind(model.as_str())
        .bind(model.version())
        .bind(number)
        .bind(model.schema(number))
        .bind(forced)
        .fetch_optional(pool)
        .await?;
    row.as_ref()
        .map(|row| Generation::decode(model, row))
        .transpose()
}
