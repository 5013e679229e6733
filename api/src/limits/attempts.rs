//! Attempts that are counted exactly, in Postgres: passwords, codes, refresh tokens.
//!
//! An attempt is counted before it is made, so a hundred at once are no more than one after the
//! other. One that does no harm (the password was right) is forgiven afterwards: then only failures
//! count.

use std::time::Duration;

use chrono::{DateTime, Utc};
use flowgrid_domain::values::Plan;
use sqlx::FromRow;
use tokio::time::timeout;

use super::caller::{SharedKey, key_of};
use super::decision::seconds;
use super::{Class, Decision, Inner, Limit, Limits, now_ms};

/// How long Postgres may take before this process counts alone.
const PATIENCE: Duration = Duration::from_secs(2);

/// Something that attempts are counted by.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    class: Class,
    key: SharedKey,
}

impl Counted {
    /// By all of these together, such as address and account. An e-mail address is given by its
    /// index, never as it stands.
    pub fn by(class: Class, parts: &[&str]) -> Self {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        let key = key_of(class, &parts);
        Self { class, key }
    }
}

/// An attempt that was let through.
#[must_use]
#[derive(Debug)]
pub struct Attempt {
    /// What is left; `None` where nothing is limited.
    pub decision: Option<Decision>,
    keys: Vec<SharedKey>,
    counted_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    key: Vec<u8>,
    used: i32,
    frees_in: f64,
    allowed: bool,
    counted_at: DateTime<Utc>,
}

impl Limits {
    /// Counts one attempt under each of these, or under none when one of them is full. One statement;
    /// without Postgres this process counts alone.
    ///
    /// # Errors
    /// With what is to be told, when it is one too many.
    pub async fn attempt(&self, by: &[Counted]) -> Result<Attempt, Decision> {
        let free = Attempt {
            decision: None,
            keys: Vec::new(),
            counted_at: None,
        };
        let Some(inner) = self.0.as_deref().filter(|_| !by.is_empty()) else {
            return Ok(free);
        };
        match timeout(PATIENCE, inner.ask(by)).await {
            Ok(Ok(rows)) => inner.judge(by, &rows).map(|decision| Attempt {
                decision: Some(decision),
                keys: by.iter().map(|counted| counted.key).collect(),
                counted_at: rows.first().map(|row| row.counted_at),
            }),
            Ok(Err(error)) => {
                tracing::debug!(%error, "an attempt is counted by this process alone");
                inner.alone(by).map(|decision| Attempt {
                    decision: Some(decision),
                    ..free
                })
            }
            Err(_) => inner.alone(by).map(|decision| Attempt {
                decision: Some(decision),
                ..free
            }),
        }
    }

    /// It did no harm and counts no longer. Without Postgres it goes on counting, for its window.
    pub async fn forgive(&self, attempt: Attempt) {
        let (Some(inner), Some(moment)) = (self.0.as_deref(), attempt.counted_at) else {
            return;
        };
        let keys: Vec<&[u8]> = attempt.keys.iter().map(<[u8; 32]>::as_slice).collect();
        let forgive = sqlx::query("select limits.forgive($1, $2)")
            .bind(keys)
            .bind(moment)
            .execute(&inner.database);
        match timeout(PATIENCE, forgive).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "an attempt could not be forgiven"),
            Err(_) => tracing::debug!("an attempt could not be forgiven: Postgres is slow"),
        }
    }
}

impl Inner {
    /// Every plan has the same of these.
    fn limit(&self, counted: &Counted) -> Limit {
        self.quotas.of(counted.class, Plan::Free)
    }

    async fn ask(&self, by: &[Counted]) -> Result<Vec<Row>, sqlx::Error> {
        let limits = || by.iter().map(|counted| self.limit(counted));
        let keys: Vec<&[u8]> = by.iter().map(|counted| counted.key.as_slice()).collect();
        let most: Vec<i32> = limits()
            .map(|limit| i32::try_from(limit.quota).unwrap_or(i32::MAX))
            .collect();
        let spans: Vec<f64> = limits().map(|limit| limit.window.as_secs_f64()).collect();
        sqlx::query_as(
            "select key, used, frees_in, allowed, counted_at from limits.attempt($1, $2, $3)",
        )
        .bind(keys)
        .bind(most)
        .bind(spans)
        .fetch_all(&self.database)
        .await
    }

    /// What is told is what the fullest of them says.
    fn judge(&self, by: &[Counted], rows: &[Row]) -> Result<Decision, Decision> {
        let decision = |counted: &Counted| {
            let row = rows.iter().find(|row| row.key == counted.key)?;
            let limit = self.limit(counted).quota;
            let remaining = limit.saturating_sub(u32::try_from(row.used).unwrap_or(0));
            let frees_in = Duration::try_from_secs_f64(row.frees_in).unwrap_or_default();
            // Full, and not by this attempt.
            let refuses = !row.allowed && remaining == 0;
            Some(Decision {
                allowed: !refuses,
                limit,
                remaining,
                reset_s: seconds(frees_in),
                retry_after_s: if refuses { seconds(frees_in) } else { 0 },
            })
        };
        fullest(by.iter().filter_map(decision))
    }

    fn alone(&self, by: &[Counted]) -> Result<Decision, Decision> {
        let now = now_ms(&self.clock);
        fullest(by.iter().map(|counted| {
            let limit = self.limit(counted);
            self.table.take_alone(counted.key, limit, now)
        }))
    }
}

/// The one that refuses for longest, else the one of which least is left.
fn fullest(decisions: impl Iterator<Item = Decision>) -> Result<Decision, Decision> {
    let strictest = decisions.min_by_key(|one| {
        let wait = u64::MAX - one.retry_after_s;
        (one.allowed, wait, one.remaining)
    });
    match strictest {
        Some(decision) if decision.allowed => Ok(decision),
        Some(decision) => Err(decision),
        // Postgres answers a row for each; without one nothing was counted.
        None => Err(Decision {
            allowed: false,
            limit: 0,
            remaining: 0,
            reset_s: 1,
            retry_after_s: 1,
        }),
    }
}
