//! What waits for one address: for its owner to see, and to be forgotten with it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{MailError, Outbox, Recipient};

/// Letters that are looked through: more than may wait.
const MOST: i64 = 20_000;

/// A mail that waits. What stands in it may be a token, and is shown to nobody.
#[derive(Clone, Debug)]
pub struct WaitingMail {
    pub id: Uuid,
    /// `verify-email`
    pub kind: String,
    pub created_at: DateTime<Utc>,
}

impl Outbox {
    /// The mails that wait for an address, the oldest first.
    ///
    /// # Errors
    /// [`MailError::Unfit`] for what is no address; else when Postgres can't be reached.
    pub async fn waiting_for(&self, address: &str) -> Result<Vec<WaitingMail>, MailError> {
        let wanted = Recipient::new(address, None)?;
        let rows: Vec<(Uuid, String, Vec<u8>, DateTime<Utc>)> = sqlx::query_as(
            "select id, kind, sealed, created_at from mail.outbox where sealed is not null \
             order by created_at, id limit $1",
        )
        .bind(MOST)
        .fetch_all(self.pool())
        .await?;
        let mut waiting = Vec::new();
        for (id, kind, sealed, created_at) in rows {
            // One that can't be opened is nobody's to see.
            let letter = self.open_letter(id, &sealed);
            if letter.is_ok_and(|letter| letter.to.address() == wanted.address()) {
                waiting.push(WaitingMail {
                    id,
                    kind,
                    created_at,
                });
            }
        }
        Ok(waiting)
    }

    /// Deletes the mails that wait for an address; answers how many.
    ///
    /// # Errors
    /// As [`Outbox::waiting_for`].
    pub async fn forget(&self, address: &str) -> Result<u64, MailError> {
        let waiting = self.waiting_for(address).await?;
        let ids: Vec<Uuid> = waiting.iter().map(|mail| mail.id).collect();
        let deleted = sqlx::query("delete from mail.outbox where id = any($1)")
            .bind(&ids)
            .execute(self.pool())
            .await?;
        Ok(deleted.rows_affected())
    }
}
