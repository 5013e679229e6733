//! What is stored beside a log: locks, claims, receipts.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::LogId;
use futures_util::TryStreamExt;
use sqlx::{PgPool, Row};

use super::CollectError;
use super::database::Database;
use crate::intern::Names;
use crate::{AggregateName, ClaimName, Kept, Lock, Receipt, ReceiptName};

/// Receipts are good for 24 hours; one that is nearly that old may go while we look.
const SURELY_THERE: TimeDelta = TimeDelta::minutes(23 * 60 + 45);

pub(super) fn may_be_gone(recorded_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - recorded_at > SURELY_THERE
}

/// Rows as they are stored.
pub(super) struct Rows<K, V>(BTreeMap<K, V>);

impl<K: Ord, V> Rows<K, V> {
    /// Set beside what they should be.
    pub(super) fn implied_are(self, implied: BTreeMap<K, V>) -> Kept<K, V> {
        Kept {
            stored: self.0,
            implied,
        }
    }
}

pub(super) struct Stored {
    pub locks: Rows<AggregateName, Lock>,
    pub claims: Rows<ClaimName, Box<str>>,
    pub receipts: Rows<ReceiptName, Receipt>,
}

impl Stored {
    pub(super) async fn of(
        database: &Database,
        log: LogId,
        now: DateTime<Utc>,
    ) -> Result<Self, CollectError> {
        let mut names = Names::default();
        Ok(Self {
            locks: Rows(locks(&database.log, log, &mut names).await?),
            claims: Rows(claims(&database.log, log).await?),
            receipts: Rows(receipts(&database.log, log, now, &mut names).await?),
        })
    }
}

async fn locks(
    pool: &PgPool,
    log: LogId,
    names: &mut Names,
) -> Result<BTreeMap<AggregateName, Lock>, sqlx::Error> {
    let mut rows = sqlx::query(
        "select aggregate_type, aggregate_id, version, first_position, last_position from streams where log_id = $1",
    )
    .bind(log.0)
    .fetch(pool);
    let mut found = BTreeMap::new();
    while let Some(row) = rows.try_next().await? {
        let name = (names.get(row.try_get(0)?), names.get(row.try_get(1)?));
        let number = |column: usize| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
        let lock = Lock {
            version: number(2)?,
            first_position: number(3)?,
            last_position: number(4)?,
        };
        found.insert(name, lock);
    }
    Ok(found)
}

async fn claims(pool: &PgPool, log: LogId) -> Result<BTreeMap<ClaimName, Box<str>>, sqlx::Error> {
    let mut rows = sqlx::query("select tenant_id, scope, key, owner from claims where log_id = $1")
        .bind(log.0)
        .fetch(pool);
    let mut found = BTreeMap::new();
    while let Some(row) = rows.try_next().await? {
        let text = |column: usize| row.try_get::<&str, _>(column).map(Box::from);
        found.insert((row.try_get(0)?, text(1)?, text(2)?), text(3)?);
    }
    Ok(found)
}

async fn receipts(
    pool: &PgPool,
    log: LogId,
    now: DateTime<Utc>,
    names: &mut Names,
) -> Result<BTreeMap<ReceiptName, Receipt>, sqlx::Error> {
    let mut rows = sqlx::query(
        "select tenant_id, key, position, fingerprint, status, aggregate_type, aggregate_id, sequence, recorded_at \
         from receipts where log_id = $1",
    )
    .bind(log.0)
    .fetch(pool);
    let mut found = BTreeMap::new();
    while let Some(row) = rows.try_next().await? {
        let number = |column: usize| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
        let name = (
            row.try_get(0)?,
            row.try_get::<&str, _>(1)?.into(),
            number(2)?,
        );
        let receipt = Receipt {
            fingerprint: row.try_get::<&str, _>(3)?.into(),
            status: row.try_get::<i16, _>(4)?.cast_unsigned(),
            aggregate: (names.get(row.try_get(5)?), names.get(row.try_get(6)?)),
            sequence: number(7)?,
            may_be_gone: may_be_gone(row.try_get(8)?, now),
        };
        found.insert(name, receipt);
    }
    Ok(found)
}
