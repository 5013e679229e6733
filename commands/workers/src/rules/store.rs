//! The tables of rules, over one connection.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_domain::rules::evaluate::{Seen, Watch};
use flowgrid_log::{DbRole, LogInfo, connect_options};
use flowgrid_projections::forecasts::Kept;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection, Postgres, Row, Transaction};
use uuid::Uuid;

use super::RulesError;
use super::deed::Task;
use super::engine::{Newest, State, StateKey, Stored};

/// How long a worker may be silent before another takes its place.
const SILENCE: &str = "3 seconds";
/// The most deeds read at once.
const MOST_DEEDS: i64 = 1_000;

/// Where the work stands, and whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// Up to here telemetry is evaluated.
    pub position: u64,
    /// Up to here the newest readings are stored.
    pub heard: u64,
    turn: i64,
}

/// A deed that is due.
pub(super) struct Due {
    pub id: i64,
    pub task: Task,
}

pub(super) struct Tables {
    connection: PgConnection,
    log: LogInfo,
}

/// What moves together with the checkpoint.
#[derive(Default)]
pub(super) struct Batch {
    pub states: Vec<(StateKey, Option<State>)>,
    pub newest: Option<Vec<Newest>>,
    pub tasks: Vec<Task>,
}

impl Tables {
    pub async fn open(url: &str, log: LogInfo) -> Result<Self, RulesError> {
        let options = connect_options(url, DbRole::Rules)?;
        let mut connection = PgConnection::connect_with(&options).await?;
        // Where the log has begun another life, it is read again: what was heard already is no news.
        sqlx::query(
            "insert into rules.checkpoints as c (log_id, epoch, moved_at) values ($1, $2, 'epoch') \
             on conflict (log_id) do update set epoch = excluded.epoch, position = 0, heard = 0 \
             where c.epoch <> excluded.epoch",
        )
        .bind(log.id.0)
        .bind(i64::from(log.epoch.0))
        .execute(&mut connection)
        .await?;
        Ok(Self { connection, log })
    }

    /// Takes over where nobody has worked for a while; `None` while somebody does.
    pub async fn take_over(&mut self) -> Result<Option<Checkpoint>, RulesError> {
        let sql = format!(
            "update rules.checkpoints set turn = turn + 1, moved_at = clock_timestamp() \
             where log_id = $1 and moved_at < clock_timestamp() - interval '{SILENCE}' \
             returning position, heard, turn"
        );
        let row = sqlx::query(&sql)
            .bind(self.log.id.0)
            .fetch_optional(&mut self.connection)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Checkpoint {
            position: row.try_get::<i64, _>(0)?.cast_unsigned(),
            heard: row.try_get::<i64, _>(1)?.cast_unsigned(),
            turn: row.try_get(2)?,
        }))
    }

    /// Lets another worker take over at once.
    pub async fn let_go(&mut self, checkpoint: Checkpoint) -> Result<(), RulesError> {
        sqlx::query(
            "update rules.checkpoints set moved_at = 'epoch' where log_id = $1 and turn = $2",
        )
        .bind(self.log.id.0)
        .bind(checkpoint.turn)
        .execute(&mut self.connection)
        .await?;
        Ok(())
    }

    pub async fn states(&mut self) -> Result<Stored, RulesError> {
        let rows = sqlx::query(
            "select tenant_id, rule, source, state from rules.states where log_id = $1",
        )
        .bind(self.log.id.0)
        .fetch_all(&mut self.connection)
        .await?;
        let mut stored = HashMap::with_capacity(rows.len());
        for row in rows {
            let key = StateKey {
                tenant: row.try_get(0)?,
                rule: row.try_get::<String, _>(1)?.into(),
                source: row.try_get::<String, _>(2)?.into(),
            };
            let Json(watch) = row.try_get(3)?;
            stored.insert(key, watch);
        }
        Ok(stored)
    }

    pub async fn newest(&mut self) -> Result<HashMap<(Uuid, Box<str>), Seen>, RulesError> {
        let rows = sqlx::query(
            "select tenant_id, sensor, read_at, arrived_at, value from rules.newest where log_id = $1",
        )
        .bind(self.log.id.0)
        .fetch_all(&mut self.connection)
        .await?;
        let mut newest = HashMap::with_capacity(rows.len());
        for row in rows {
            let seen = Seen {
                time: row.try_get(2)?,
                arrived: row.try_get(3)?,
                value: row.try_get(4)?,
            };
            let key = (row.try_get(0)?, row.try_get::<String, _>(1)?.into());
            newest.insert(key, seen);
        }
        Ok(newest)
    }

    /// Stores a batch and moves the checkpoint; false when another worker has taken over.
    pub async fn commit(
        &mut self,
        checkpoint: &mut Checkpoint,
        position: u64,
        batch: &Batch,
        now: DateTime<Utc>,
    ) -> Result<bool, RulesError> {
        let heard = match &batch.newest {
            Some(_) => position,
            None => checkpoint.heard,
        };
        let mut tx = self.connection.begin().await?;
        let moved = sqlx::query(
            "update rules.checkpoints set turn = turn + 1, position = $3, heard = $4, \
             moved_at = clock_timestamp() where log_id = $1 and turn = $2",
        )
        .bind(self.log.id.0)
        .bind(checkpoint.turn)
        .bind(position.cast_signed())
        .bind(heard.cast_signed())
        .execute(&mut *tx)
        .await?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        write_states(&mut tx, self.log, batch).await?;
        if let Some(newest) = &batch.newest {
            write_newest(&mut tx, self.log, newest).await?;
        }
        let due: Vec<_> = batch.tasks.iter().map(|task| (task, now)).collect();
        write_deeds(&mut tx, self.log, &due).await?;
        tx.commit().await?;
        *checkpoint = Checkpoint {
            position,
            heard,
            turn: checkpoint.turn + 1,
        };
        Ok(true)
    }

    /// What is to be done by now, in the order in which it was decided.
    pub async fn due(&mut self, now: DateTime<Utc>) -> Result<Vec<Due>, RulesError> {
        let rows = sqlx::query(
            "select id, tenant_slug, rule, source, deed from rules.deeds \
             where log_id = $1 and due_at <= $2 order by id limit $3",
        )
        .bind(self.log.id.0)
        .bind(now)
        .bind(MOST_DEEDS)
        .fetch_all(&mut self.connection)
        .await?;
        let mut due = Vec::with_capacity(rows.len());
        for row in rows {
            let slug: String = row.try_get(1)?;
            let Json(deed) = row.try_get(4)?;
            let tenant = Tenant::from_slug(&slug)
                .map_err(|error| flowgrid_log::LogError::Corrupt(error.to_string()))?;
            let task = Task {
                tenant,
                rule: row.try_get(2)?,
                source: row.try_get(3)?,
                deed,
            };
            due.push(Due {
                id: row.try_get(0)?,
                task,
            });
        }
        Ok(due)
    }

    /// Deeds are done, and others follow from them.
    pub async fn done(
        &mut self,
        ids: &[i64],
        next: &[(&Task, DateTime<Utc>)],
    ) -> Result<(), RulesError> {
        let mut tx = self.connection.begin().await?;
        sqlx::query("delete from rules.deeds where id = any($1)")
            .bind(ids)
            .execute(&mut *tx)
            .await?;
        write_deeds(&mut tx, self.log, next).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Rids the tables of organizations that are closed.
    /// Forecasts of sensors that were made since a moment, the oldest first; of each sensor the newest three.
    pub async fn forecasts(
        &mut self,
        since: DateTime<Utc>,
    ) -> Result<Vec<(Uuid, String, Kept)>, RulesError> {
        let rows = sqlx::query(
            "select tenant_id, subject, origin, made_at, unit, per_reading, forecast from ( \
               select *, row_number() over (partition by tenant_id, subject order by origin desc) as nth \
                 from forecasts.kept where kind = 'sensor' and made_at > $1) k \
              where nth <= 3 order by origin",
        )
        .bind(since)
        .fetch_all(&mut self.connection)
        .await?;
        let each = rows.iter().map(|row| {
            let Json(forecast) = row.try_get(6)?;
            let kept = Kept {
                origin: row.try_get(2)?,
                made_at: row.try_get(3)?,
                unit: row.try_get(4)?,
                per_reading: row.try_get(5)?,
                forecast,
            };
            Ok((row.try_get(0)?, row.try_get(1)?, kept))
        });
        each.collect()
    }

    pub async fn forget_closed(&mut self) -> Result<(), RulesError> {
        for table in ["states", "newest", "deeds"] {
            let sql = format!(
                "delete from rules.{table} t using public.closed_tenants c where t.tenant_id = c.tenant_id"
            );
            sqlx::query(&sql).execute(&mut self.connection).await?;
        }
        Ok(())
    }
}

async fn write_states(
    tx: &mut Transaction<'_, Postgres>,
    log: LogInfo,
    batch: &Batch,
) -> Result<(), RulesError> {
    let of = |gone: bool| {
        batch
            .states
            .iter()
            .filter(move |(_, state)| state.is_none() == gone)
    };
    let keys = |gone: bool| {
        let tenants: Vec<Uuid> = of(gone).map(|(key, _)| key.tenant).collect();
        let rules: Vec<&str> = of(gone).map(|(key, _)| &*key.rule).collect();
        let sources: Vec<&str> = of(gone).map(|(key, _)| &*key.source).collect();
        (tenants, rules, sources)
    };
    let (tenants, rules, sources) = keys(true);
    if !tenants.is_empty() {
        sqlx::query(
            "delete from rules.states s using unnest($2::uuid[], $3::text[], $4::text[]) k(tenant, rule, source) \
             where s.log_id = $1 and s.tenant_id = k.tenant and s.rule = k.rule and s.source = k.source",
        )
        .bind(log.id.0)
        .bind(tenants)
        .bind(rules)
        .bind(sources)
        .execute(&mut **tx)
        .await?;
    }
    let (tenants, rules, sources) = keys(false);
    if tenants.is_empty() {
        return Ok(());
    }
    let kept = of(false).filter_map(|(_, state)| state.as_ref());
    let watches: Vec<Json<&Watch>> = kept.clone().map(|(watch, _)| Json(watch)).collect();
    let dues: Vec<Option<DateTime<Utc>>> = kept.map(|(_, due)| *due).collect();
    sqlx::query(
        "insert into rules.states (log_id, tenant_id, rule, source, state, due_at) \
         select $1, * from unnest($2::uuid[], $3::text[], $4::text[], $5::jsonb[], $6::timestamptz[]) \
         on conflict (log_id, tenant_id, rule, source) do update set state = excluded.state, due_at = excluded.due_at",
    )
    .bind(log.id.0)
    .bind(tenants)
    .bind(rules)
    .bind(sources)
    .bind(watches)
    .bind(dues)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn write_newest(
    tx: &mut Transaction<'_, Postgres>,
    log: LogInfo,
    newest: &[Newest],
) -> Result<(), RulesError> {
    let tenants: Vec<Uuid> = newest.iter().map(|one| one.tenant).collect();
    let sensors: Vec<&str> = newest.iter().map(|one| &*one.sensor).collect();
    let times: Vec<DateTime<Utc>> = newest.iter().map(|one| one.seen.time).collect();
    let arrivals: Vec<DateTime<Utc>> = newest.iter().map(|one| one.seen.arrived).collect();
    let values: Vec<f64> = newest.iter().map(|one| one.seen.value).collect();
    sqlx::query(
        "insert into rules.newest (log_id, tenant_id, sensor, read_at, arrived_at, value) \
         select $1, * from unnest($2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::float8[]) \
         on conflict (log_id, tenant_id, sensor) do update \
           set read_at = excluded.read_at, arrived_at = excluded.arrived_at, value = excluded.value",
    )
    .bind(log.id.0)
    .bind(tenants)
    .bind(sensors)
    .bind(times)
    .bind(arrivals)
    .bind(values)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn write_deeds(
    tx: &mut Transaction<'_, Postgres>,
    log: LogInfo,
    tasks: &[(&Task, DateTime<Utc>)],
) -> Result<(), RulesError> {
    if tasks.is_empty() {
        return Ok(());
    }
    let tenants: Vec<Uuid> = tasks.iter().map(|(task, _)| task.tenant.id()).collect();
    let slugs: Vec<&str> = tasks.iter().map(|(task, _)| task.tenant.slug()).collect();
    let rules: Vec<&str> = tasks.iter().map(|(task, _)| &*task.rule).collect();
    let sources: Vec<&str> = tasks.iter().map(|(task, _)| &*task.source).collect();
    let deeds: Vec<Json<_>> = tasks.iter().map(|(task, _)| Json(&task.deed)).collect();
    let dues: Vec<DateTime<Utc>> = tasks.iter().map(|(_, due)| *due).collect();
    // Ids are drawn in the order of the arrays.
    sqlx::query(
        "insert into rules.deeds (log_id, tenant_id, tenant_slug, rule, source, deed, due_at) \
         select $1, u.tenant, u.slug, u.rule, u.source, u.deed, u.due \
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::timestamptz[]) \
              with ordinality u(tenant, slug, rule, source, deed, due, number) order by u.number",
    )
    .bind(log.id.0)
    .bind(tenants)
    .bind(slugs)
    .bind(rules)
    .bind(sources)
    .bind(deeds)
    .bind(dues)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
