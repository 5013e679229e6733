//! Taking letters out of the outbox, and saying what became of them.

#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::Row;
use tokio::time::Instant;
use uuid::Uuid;

use super::{MailError, Outbox, RunnerOptions, SendError};

/// A letter that is ours to send until a moment. What is said of it later than that, when another
/// runner may have taken it, is ignored: each time it is taken its attempt is another.
pub(crate) struct Leased {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) attempt: i32,
    pub(crate) sealed: Vec<u8>,
    pub(crate) written_at: DateTime<Utc>,
    pub(crate) until: Instant,
}

/// What a letter that wasn't sent comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Afterwards {
    TriedAgain,
    GivenUp,
    /// Another runner has it by now.
    NotOurs,
}

impl Outbox {
    /// Takes up to `most` letters that are due. No other runner gets them while the lease lasts.
    pub(crate) async fn take(
        &self,
        most: usize,
        lease: Duration,
    ) -> Result<Vec<Leased>, MailError> {
        // Ours ends before theirs begins: the database counts from later than we do.
        let until = Instant::now() + lease;
        let rows = sqlx::query(
            "with due as materialized (
               select id from mail.outbox where sealed is not null and due_at <= now()
                order by due_at limit $1 for update skip locked)
             update mail.outbox o
                set attempt = attempt + 1, due_at = clock_timestamp() + make_interval(secs => $2)
               from due where o.id = due.id
             returning o.id, o.kind, o.attempt, o.sealed, o.created_at",
        )
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .bind(lease.as_secs_f64())
        .fetch_all(self.pool())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Leased {
                    id: row.try_get(0)?,
                    kind: row.try_get(1)?,
                    attempt: row.try_get(2)?,
                    sealed: row.try_get(3)?,
                    written_at: row.try_get(4)?,
                    until,
                })
            })
            .collect()
    }

    /// The letter was sent: its content goes.
    pub(crate) async fn sent(&self, leased: &Leased) -> Result<(), MailError> {
        sqlx::query(
            "update mail.outbox set sealed = null, sent_at = now(), last_error = null
              where id = $1 and attempt = $2 and sealed is not null",
        )
        .bind(leased.id)
        .bind(leased.attempt)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// The letter wasn't sent: it is tried again later, or never.
    pub(crate) async fn failed(
        &self,
        leased: &Leased,
        error: &SendError,
        options: &RunnerOptions,
    ) -> Result<Afterwards, MailError> {
        let dead: Option<bool> = sqlx::query_scalar(
            "with given as (
               select o.id, $4 or o.created_at + make_interval(secs => $5) <= now() as up
                 from mail.outbox o where o.id = $1)
             update mail.outbox o
                set last_error = $3,
                    sealed = case when given.up then null else o.sealed end,
                    dead_at = case when given.up then now() end,
                    due_at = now() + make_interval(secs => $6 * (0.5 + random() / 2))
               from given
              where o.id = given.id and o.attempt = $2 and o.sealed is not null
             returning given.up",
        )
        .bind(leased.id)
        .bind(leased.attempt)
        .bind(error.what.chars().take(200).collect::<String>())
        .bind(error.permanent)
        .bind(options.give_up_after.as_secs_f64())
        .bind(options.delay_after(leased.attempt).as_secs_f64())
        .fetch_optional(self.pool())
        .await?;
        Ok(match dead {
            None => Afterwards::NotOurs,
            Some(true) => Afterwards::GivenUp,
            Some(false) => Afterwards::TriedAgain,
        })
    }
}
