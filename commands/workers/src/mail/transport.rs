//! Where letters go.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::smtp::{SmtpServer, SmtpTransport};
use super::{Letter, MailError, Mailbox, SendError, Sender, compose};

/// A mail server, or the mailbox of a developer's machine.
pub struct Transport(Way);

enum Way {
    Smtp(Box<SmtpTransport>),
    Mailbox(Mailbox),
}

impl Transport {
    /// Over a mail server.
    ///
    /// # Errors
    /// [`MailError::Setting`] when its name can't be checked by TLS.
    pub fn smtp(server: SmtpServer, from: Sender) -> Result<Self, MailError> {
        let transport = SmtpTransport::new(server, from)?;
        Ok(Self(Way::Smtp(Box::new(transport))))
    }

    /// Into a table that anybody who reaches `/dev/mailbox` may read.
    pub fn mailbox(mailbox: Mailbox) -> Self {
        Self(Way::Mailbox(mailbox))
    }

    /// Delivers a letter; what it is known by is the same at each attempt.
    pub(crate) async fn deliver(
        &self,
        id: Uuid,
        letter: Letter,
        written_at: DateTime<Utc>,
    ) -> Result<(), SendError> {
        match &self.0 {
            Way::Mailbox(mailbox) => mailbox
                .receive(id, &letter)
                .await
                .map_err(|error| SendError::temporary(error.to_string())),
            Way::Smtp(smtp) => {
                let message = compose::message(letter, smtp.from(), id, written_at)
                    .map_err(|error| SendError::permanent(error.to_string()))?;
                smtp.send(&message).await
            }
        }
    }

    /// Says goodbye to the server.
    pub(crate) async fn close(&self) {
        match &self.0 {
            Way::Smtp(smtp) => smtp.close().await,
            Way::Mailbox(_) => {}
        }
    }
}
