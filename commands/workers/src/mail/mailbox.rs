//! The mailbox of a developer's machine, in place of a mail server.

use chrono::{DateTime, Utc};
use flowgrid_log::{DbRole, pool};
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Letter, MailError};

/// The newest letters kept.
const KEPT: i64 = 500;

/// Letters that nobody has sent anywhere, in the open: never in production. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Mailbox {
    pool: PgPool,
}

/// A letter as `/dev/mailbox` shows it.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct MailboxLetter {
    pub id: Uuid,
    pub received_at: DateTime<Utc>,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

impl Mailbox {
    /// Connects when first used.
    ///
    /// # Errors
    /// When `url` is no Postgres URL.
    pub fn open(url: &str) -> Result<Self, MailError> {
        let pool =
            pool(url, DbRole::Mail, 2).map_err(|error| MailError::Setting(error.to_string()))?;
        Ok(Self { pool })
    }

    /// The newest letters first, at most `limit` and 500.
    ///
    /// # Errors
    /// When Postgres can't be reached.
    pub async fn list(&self, limit: u32) -> Result<Vec<MailboxLetter>, MailError> {
        let letters = sqlx::query_as(
            "select id, received_at, recipient as \"to\", subject, body_text as text,
                    body_html as html
               from mail.mailbox order by number desc limit $1",
        )
        .bind(i64::from(limit).min(KEPT))
        .fetch_all(&self.pool)
        .await?;
        Ok(letters)
    }

    pub(crate) async fn receive(&self, id: Uuid, letter: &Letter) -> Result<(), MailError> {
        sqlx::query(
            "insert into mail.mailbox (id, recipient, subject, body_text, body_html)
             values ($1, $2, $3, $4, $5) on conflict (id) do nothing",
        )
        .bind(id)
        .bind(letter.to.address())
        .bind(&letter.subject)
        .bind(&letter.text)
        .bind(&letter.html)
        .execute(&self.pool)
        .await?;
        sqlx::query(
            "delete from mail.mailbox where number <=
               (select number from mail.mailbox order by number desc offset $1 limit 1)",
        )
        .bind(KEPT)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
