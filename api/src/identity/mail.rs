//! What people are written.

use std::time::Duration;

use flowgrid_domain::values::Email;
use flowgrid_workers::mail::{Mail, MailKind, Recipient};
use uuid::Uuid;

use super::Identity;
use crate::error::ApiError;

pub(super) const VERIFICATION_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);
pub(super) const RESET_LIFE: Duration = Duration::from_secs(3600);

pub(super) fn hours(life: Duration) -> u32 {
    u32::try_from(life.as_secs() / 3600).unwrap_or(u32::MAX)
}

impl Identity {
    /// Leaves a mail to be sent.
    pub(super) async fn mail(&self, to: &Email, kind: MailKind) -> Result<(), ApiError> {
        self.mail_once(Uuid::now_v7(), to, kind).await
    }

    /// The same under an id that tells a repeat.
    pub(super) async fn mail_once(
        &self,
        id: Uuid,
        to: &Email,
        kind: MailKind,
    ) -> Result<(), ApiError> {
        let mail = Mail {
            to: Recipient::new(to.as_str(), None)?,
            kind,
            language: self.from.language(),
        };
        self.people.outbox.put(id, &mail).await?;
        Ok(())
    }
}
