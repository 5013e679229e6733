//! What is done and old goes, what never ends is ended.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use super::{MailError, Outbox, RunnerOptions};

const EVERY: Duration = Duration::from_secs(15);
/// Rows deleted in one go.
const AT_ONCE: i64 = 1_000;
/// More attempts than a day of ordinary failures makes: each broke off without a word.
const ENDLESS: i32 = 100;

/// How an outbox is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxStatus {
    pub waiting: i64,
    /// Seconds that the oldest of them has waited.
    pub oldest_s: i64,
    /// Given up within the last 30 days.
    pub dead: i64,
}

/// Looks after an outbox until `stop` turns true. Safe to run many times.
pub(crate) async fn keep_up(
    outbox: Outbox,
    options: RunnerOptions,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        if let Err(error) = outbox.look_after(&options).await {
            tracing::warn!(%error, "could not look after the outbox");
        }
        tokio::select! {
            () = sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

impl Outbox {
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn status(&self) -> Result<OutboxStatus, MailError> {
        let (waiting, oldest_s, dead) = sqlx::query_as(
            "select count(*) filter (where sealed is not null),
                    coalesce(extract(epoch from now() - min(created_at)
                      filter (where sealed is not null)), 0)::bigint,
                    count(*) filter (where dead_at is not null)
               from mail.outbox where sealed is not null or dead_at is not null",
        )
        .fetch_one(self.pool())
        .await?;
        Ok(OutboxStatus {
            waiting,
            oldest_s,
            dead,
        })
    }

    /// Deletes what was sent a day ago (a repeat of its id was known until now) or given up 30 days
    /// ago, and gives up what breaks off whoever tries to send it.
    pub(crate) async fn look_after(&self, options: &RunnerOptions) -> Result<(), MailError> {
        for old in [
            "sent_at < now() - interval '1 day'",
            "dead_at < now() - interval '30 days'",
        ] {
            let delete = format!(
                "delete from mail.outbox where id in (select id from mail.outbox where {old} limit $1)"
            );
            sqlx::query(&delete)
                .bind(AT_ONCE)
                .execute(self.pool())
                .await?;
        }
        let ended = sqlx::query(
            "update mail.outbox set sealed = null, dead_at = now(), last_error = 'no attempt ended'
              where sealed is not null and due_at <= now() and attempt > $1
                and created_at < now() - make_interval(secs => $2)",
        )
        .bind(ENDLESS)
        .bind(options.give_up_after.as_secs_f64())
        .execute(self.pool())
        .await?;
        self.counters().count_given_up(ended.rows_affected());
        self.counters().set_waiting(self.status().await?.waiting);
        Ok(())
    }
}
