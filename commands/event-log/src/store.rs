//! Everything that is read from the log.

use std::collections::HashMap;
use std::sync::Arc;

use flowgrid_bus::{Epoch, LogId, RecordedEvent, Tenant};
pub use flowgrid_domain::LogKind;
use parking_lot::RwLock;
use quick_cache::sync::Cache;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::row::{COLUMNS, decode};
use crate::{DbRole, LogError, pool};

/// A log and its present life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogInfo {
    pub id: LogId,
    pub kind: LogKind,
    pub epoch: Epoch,
}

/// Reads the log tables. Cheap to clone.
#[derive(Clone)]
pub struct LogStore {
    pool: PgPool,
    logs: Arc<[LogInfo]>,
    placements: Arc<RwLock<HashMap<(Uuid, LogKind), LogId>>>,
    /// By id, which follows from the slug: never wrong.
    tenants: Arc<Cache<Uuid, Tenant>>,
}

/// The kind of log that a row names.
fn kind_of(name: &str) -> Result<LogKind, LogError> {
    let mut kinds = LogKind::ALL.into_iter();
    let found = kinds.find(|kind| kind.as_str() == name);
    found.ok_or_else(|| LogError::Corrupt(format!("log kind {name:?}")))
}

/// How many placements are remembered before the memory starts afresh.
const PLACEMENTS_KEPT: usize = 100_000;

/// How many organizations are remembered by their ids; the least used make room.
const TENANTS_KEPT: usize = 10_000;

/// The newest position of a log.
const HEAD: &str = "select greatest(h.position, \
     (select e.position from events e where e.log_id = $1 order by e.position desc limit 1)) \
     from log_heads h where h.log_id = $1";

/// The newest position as a connection sees it.
pub(crate) async fn head(executor: impl sqlx::PgExecutor<'_>, log: LogId) -> Result<u64, LogError> {
    let head: i64 = sqlx::query_scalar(HEAD)
        .bind(log.0)
        .fetch_optional(executor)
        .await?
        .ok_or(LogError::NoSuchLog(log))?;
    Ok(head.cast_unsigned())
}

impl LogStore {
    /// # Errors
    /// When Postgres can't be reached or isn't migrated.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, LogError> {
        let pool = pool(url, DbRole::Log, max_connections)?;
        let rows = sqlx::query("select log_id, kind, epoch from logs order by log_id")
            .fetch_all(&pool)
            .await?;
        let logs = rows
            .iter()
            .map(|row| {
                let epoch: i64 = row.try_get(2)?;
                Ok(LogInfo {
                    id: LogId(row.try_get(0)?),
                    kind: kind_of(row.try_get(1)?)?,
                    epoch: Epoch(
                        u32::try_from(epoch).map_err(|_| LogError::Corrupt("epoch".into()))?,
                    ),
                })
            })
            .collect::<Result<Arc<[_]>, LogError>>()?;
        Ok(Self {
            pool,
            logs,
            placements: Arc::default(),
            tenants: Arc::new(Cache::new(TENANTS_KEPT)),
        })
    }

    /// All logs there were when the store was opened, by number.
    pub fn logs(&self) -> &[LogInfo] {
        &self.logs
    }

    pub fn info(&self, log: LogId) -> Option<LogInfo> {
        self.logs.iter().find(|info| info.id == log).copied()
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Draws a new epoch for a log: positions that were handed out before are no longer honoured.
    pub(crate) async fn begin_another_life(&self, log: LogId) -> Result<Epoch, LogError> {
        let epoch: Option<i64> = sqlx::query_scalar("select begin_another_life($1)")
            .bind(log.0)
            .fetch_one(&self.pool)
            .await?;
        epoch
            .and_then(|epoch| u32::try_from(epoch).ok())
            .map(Epoch)
            .ok_or(LogError::NoSuchLog(log))
    }

    /// The log of a kind on which an organization lives, given one when it has none.
    ///
    /// # Errors
    /// When Postgres can't be reached, or no such log exists.
    pub async fn place(&self, tenant: &Tenant, kind: LogKind) -> Result<LogInfo, LogError> {
        let known = self.placements.read().get(&(tenant.id(), kind)).copied();
        let log = match known {
            Some(log) => log,
            None => self.placement_in_database(tenant, kind).await?,
        };
        self.info(log).ok_or(LogError::NoSuchLog(log))
    }

    /// The organization of an id; `None` where it was never placed on a log.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn tenant_of(&self, id: Uuid) -> Result<Option<Tenant>, LogError> {
        if let Some(known) = self.tenants.get(&id) {
            return Ok(Some(known));
        }
        let slug: Option<String> =
            sqlx::query_scalar("select slug from placements where tenant_id = $1 limit 1")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        let tenant = slug.map(|slug| Tenant::from_slug(&slug)).transpose();
        let tenant = tenant.map_err(|error| LogError::Corrupt(error.to_string()))?;
        if let Some(tenant) = &tenant {
            self.tenants.insert(id, tenant.clone());
        }
        Ok(tenant)
    }

    async fn placement_in_database(
        &self,
        tenant: &Tenant,
        kind: LogKind,
    ) -> Result<LogId, LogError> {
        let found: Option<i16> = sqlx::query_scalar("select place_tenant($1, $2, $3)")
            .bind(tenant.id())
            .bind(tenant.slug())
            .bind(kind.as_str())
            .fetch_one(&self.pool)
            .await?;
        let log =
            LogId(found.ok_or_else(|| LogError::Corrupt(format!("no {} log", kind.as_str())))?);
        let mut placements = self.placements.write();
        if placements.len() >= PLACEMENTS_KEPT {
            placements.clear();
        }
        placements.insert((tenant.id(), kind), log);
        Ok(log)
    }

    /// The newest position, 0 when nothing was ever written.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn head(&self, log: LogId) -> Result<u64, LogError> {
        head(&self.pool, log).await
    }

    /// The position after which the log still holds everything: 0 while nothing was archived.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn archived_until(&self, log: LogId) -> Result<u64, LogError> {
        // One statement, one snapshot: an empty log that fills between two would seem archived.
        let sql = format!(
            "select coalesce((select e.position - 1 from events e where e.log_id = $1 order by e.position limit 1), \
             ({HEAD}))"
        );
        let until: Option<i64> = sqlx::query_scalar(&sql)
            .bind(log.0)
            .fetch_one(&self.pool)
            .await?;
        Ok(until.ok_or(LogError::NoSuchLog(log))?.cast_unsigned())
    }

    /// The events at `after + 1 ..= after + max`: contiguous, fewer only at the head.
    ///
    /// # Errors
    /// [`LogError::Gap`] when a position is missing.
    pub async fn read(
        &self,
        log: LogId,
        after: u64,
        max: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let sql = format!(
            "select {COLUMNS} from events where log_id = $1 and position > $2 and position <= $3 order by position"
        );
        let until = after.saturating_add(max as u64).min(i64::MAX as u64);
        let rows = sqlx::query(&sql)
            .bind(log.0)
            .bind(after.cast_signed())
            .bind(until.cast_signed())
            .fetch_all(&self.pool)
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        for (row, expected) in rows.iter().zip(after + 1..) {
            let event = decode(log, row)?;
            if event.position != expected {
                return Err(LogError::Gap {
                    log,
                    expected,
                    found: event.position,
                });
            }
            events.push(event);
        }
        Ok(events)
    }

    /// One organization's events among the next `scan` positions after `after`, at most `max`.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn read_of_tenant(
        &self,
        log: LogId,
        tenant: Uuid,
        after: u64,
        scan: u64,
        max: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let sql = format!(
            "select {COLUMNS} from events where log_id = $1 and position > $2 and position <= $3 and tenant_id = $4 \
             order by position limit $5"
        );
        let until = after.saturating_add(scan).min(i64::MAX as u64);
        let rows = sqlx::query(&sql)
            .bind(log.0)
            .bind(after.cast_signed())
            .bind(until.cast_signed())
            .bind(tenant)
            .bind(i64::try_from(max).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| decode(log, row)).collect()
    }

    /// One aggregate's events beyond a version, in order. Its row says in which leaves they lie, and whether
    /// there are any.
    ///
    /// # Errors
    /// [`LogError::Gap`] when a version is missing.
    pub async fn read_aggregate(
        &self,
        log: LogId,
        aggregate_type: &str,
        qualified_id: &str,
        after_sequence: u64,
        max: usize,
    ) -> Result<Vec<RecordedEvent>, LogError> {
        let span = self.span(log, aggregate_type, qualified_id).await?;
        let beyond = |(_, _, version): &(i64, i64, i64)| version.cast_unsigned() > after_sequence;
        let Some((first, last, _)) = span.filter(beyond) else {
            return Ok(Vec::new());
        };
        let sql = format!(
            "select {COLUMNS} from events where log_id = $1 and position >= $2 and position <= $3 \
             and aggregate_type = $4 and aggregate_id = $5 and sequence > $6 order by sequence limit $7"
        );
        let rows = sqlx::query(&sql)
            .bind(log.0)
            .bind(first)
            .bind(last)
            .bind(aggregate_type)
            .bind(qualified_id)
            .bind(after_sequence.cast_signed())
            .bind(i64::try_from(max).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        for (row, expected) in rows.iter().zip(after_sequence + 1..) {
            let event = decode(log, row)?;
            if event.sequence != expected {
                return Err(LogError::Gap {
                    log,
                    expected,
                    found: event.sequence,
                });
            }
            events.push(event);
        }
        Ok(events)
    }

    /// Version and position of an aggregate's last event; `None` where it has none.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn end_of(
        &self,
        log: LogId,
        aggregate_type: &str,
        qualified_id: &str,
    ) -> Result<Option<(u64, u64)>, LogError> {
        let span = self.span(log, aggregate_type, qualified_id).await?;
        Ok(span.map(|(_, last, version)| (version.cast_unsigned(), last.cast_unsigned())))
    }

    /// The same of several aggregates, at one moment and in one round trip.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn ends_of(
        &self,
        wanted: &[(LogId, &str, &str)],
    ) -> Result<Vec<Option<(u64, u64)>>, LogError> {
        let logs: Vec<i16> = wanted.iter().map(|(log, _, _)| log.0).collect();
        let types: Vec<&str> = wanted.iter().map(|(_, of, _)| *of).collect();
        let ids: Vec<&str> = wanted.iter().map(|(_, _, id)| *id).collect();
        let found: Vec<(i64, i64, i64)> = sqlx::query_as(
            "select w.n, s.version, s.last_position \
             from unnest($1::smallint[], $2::text[], $3::text[]) with ordinality w (log, type, id, n) \
             join streams s on s.log_id = w.log and s.aggregate_type = w.type and s.aggregate_id = w.id",
        )
        .bind(logs)
        .bind(types)
        .bind(ids)
        .fetch_all(&self.pool)
        .await?;
        let mut ends = vec![None; wanted.len()];
        for (n, version, last) in found {
            let at = usize::try_from(n - 1).unwrap_or(usize::MAX);
            if let Some(end) = ends.get_mut(at) {
                *end = Some((version.cast_unsigned(), last.cast_unsigned()));
            }
        }
        Ok(ends)
    }

    async fn span(
        &self,
        log: LogId,
        aggregate_type: &str,
        id: &str,
    ) -> Result<Option<(i64, i64, i64)>, LogError> {
        let span = sqlx::query_as(
            "select first_position, last_position, version from streams \
             where log_id = $1 and aggregate_type = $2 and aggregate_id = $3",
        )
        .bind(log.0)
        .bind(aggregate_type)
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        Ok(span)
    }

    /// The organizations that have, or had, aggregates of a type on a log.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn tenants_with(
        &self,
        log: LogId,
        aggregate_type: &str,
    ) -> Result<Vec<Tenant>, LogError> {
        let slugs: Vec<String> = sqlx::query_scalar(
            "select distinct split_part(aggregate_id, '/', 1) from streams \
             where log_id = $1 and aggregate_type = $2 order by 1",
        )
        .bind(log.0)
        .bind(aggregate_type)
        .fetch_all(&self.pool)
        .await?;
        let tenants = slugs.iter().map(|slug| Tenant::from_slug(slug));
        tenants
            .collect::<Result<_, _>>()
            .map_err(|error| LogError::Corrupt(error.to_string()))
    }

    /// Who holds a claim: the owner's local id.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn claim_owner(
        &self,
        log: LogId,
        tenant: Uuid,
        scope: &str,
        key: &str,
    ) -> Result<Option<String>, LogError> {
        let owner = sqlx::query_scalar(
            "select owner from claims where log_id = $1 and tenant_id = $2 and scope = $3 and key = $4",
        )
        .bind(log.0)
        .bind(tenant)
        .bind(scope)
        .bind(key)
        .fetch_optional(&self.pool)
        .await?;
        Ok(owner)
    }

    /// The receipt of a command of the last 24 hours.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn receipt(
        &self,
        log: LogId,
        tenant: Uuid,
        key: &str,
    ) -> Result<Option<crate::StoredReceipt>, LogError> {
        let row = sqlx::query(
            "select fingerprint, status, aggregate_id, sequence, position from receipts \
             where log_id = $1 and tenant_id = $2 and key = $3 and day >= (clock_timestamp() at time zone 'UTC')::date - 1 \
             and recorded_at > clock_timestamp() - interval '24 hours' order by day desc limit 1",
        )
        .bind(log.0)
        .bind(tenant)
        .bind(key)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(crate::StoredReceipt {
            fingerprint: row.try_get(0)?,
            status: row.try_get::<i16, _>(1)?.cast_unsigned(),
            id: row.try_get(2)?,
            sequence: row.try_get::<i64, _>(3)?.cast_unsigned(),
            position: row.try_get::<i64, _>(4)?.cast_unsigned(),
        }))
    }
}
