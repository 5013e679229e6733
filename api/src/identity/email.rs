//! Another e-mail address: asked for with the password, confirmed from there, carried everywhere.

use std::time::Duration;

use flowgrid_domain::FieldError;
use flowgrid_domain::people::PersonCommand;
use flowgrid_domain::values::{Email, EmailIndex};
use flowgrid_vault::Purpose;
use flowgrid_workers::mail::MailKind;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::passwords::{AS_LONG_AS_ANY, bad_token};
use super::register::Password;
use super::seen::About;
use super::{Identity, mail};
use crate::error::ApiError;
use crate::security::Kind;

/// How long the new address may take to confirm.
const LIFE: Duration = Duration::from_secs(24 * 3600);

/// What the token in the mail stands for.
#[derive(Serialize, Deserialize)]
struct Change {
    to: String,
    /// The address that it replaces; `None` where it couldn't be opened.
    from: Option<String>,
    /// Of the mail that tells `from`, so that it is sent once.
    mail: Uuid,
}

impl Identity {
    /// Mails a token to the new address, and tells the present one. One answer, and as long, whether
    /// or not the new address is somebody's.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] when the password is wrong; [`ApiError::Invalid`] for the address
    /// that the person has.
    pub async fn ask_for_new_email(
        &self,
        person: Uuid,
        password: &Password,
        new: &Email,
    ) -> Result<(), ApiError> {
        self.confirm_password(person, password).await?;
        let facts = self.person(person).await?;
        let index = self.people.vault.email_index(new.as_str());
        if index == facts.email_index {
            let same = FieldError::new("/newEmail", "is your address already");
            return Err(ApiError::Invalid(vec![same]));
        }
        // Nobody is written to by a stranger more often than that.
        self.attempt(&format!("new email of {person}")).await?;
        let answer_at = Instant::now() + AS_LONG_AS_ANY;
        let at = self.now();
        self.mail_to(person, MailKind::EmailChanging { at }).await?;
        let kind = match self.owner_of(&index).await? {
            Some(_) => MailKind::AlreadyRegistered,
            None => self.confirmation(person, new).await?,
        };
        self.mail(new, kind).await?;
        sleep_until(answer_at).await;
        Ok(())
    }

    async fn confirmation(&self, person: Uuid, new: &Email) -> Result<MailKind, ApiError> {
        let facts = self.person(person).await?;
        let home = self.home()?;
        let change = Change {
            to: new.as_str().to_owned(),
            from: self.open(person, &home, "email", &facts.email).await?,
            mail: self.new_id(),
        };
        let payload = serde_json::to_string(&change).map_err(|_| unreadable())?;
        let (vault, now) = (&self.people.vault, self.now());
        let token = vault
            .make_one_time(Purpose::ChangeEmail, person, &payload, LIFE, now)
            .await?;
        Ok(MailKind::ConfirmNewEmail {
            token: token.to_string(),
            valid_hours: mail::hours(LIFE),
        })
    }

    /// Uses such a token. It is good until all that follows from it is done, so that a second try
    /// finishes what broke off.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when the token isn't good; [`ApiError::Conflict`] when the address has
    /// become somebody's meanwhile.
    pub(super) async fn change_email(&self, token: &str) -> Result<(), ApiError> {
        let (vault, purpose) = (&self.people.vault, Purpose::ChangeEmail);
        let good = vault.try_one_time(purpose, token, self.now()).await?;
        let good = good.ok_or_else(bad_token)?;
        let person = good.subject;
        let change: Change = serde_json::from_str(&good.payload).map_err(|_| unreadable())?;
        let to = Email::parse(&change.to).map_err(|_| unreadable())?;
        self.move_to(person, &to).await?;
        self.saw(Kind::EmailChanged, About::person(person));
        self.carry(person).await?;
        if let Some(from) = change
            .from
            .as_deref()
            .and_then(|from| Email::parse(from).ok())
        {
            let kind = MailKind::EmailChanged { at: self.now() };
            self.mail_once(change.mail, &from, kind).await?;
        }
        // What was mailed to the old address is good for nothing any more.
        for purpose in [Purpose::ResetPassword, Purpose::VerifyEmail, purpose] {
            vault.void_one_time(purpose, person).await?;
        }
        Ok(())
    }

    async fn move_to(&self, person: Uuid, to: &Email) -> Result<(), ApiError> {
        let home = self.home()?;
        let index = self.people.vault.email_index(to.as_str());
        let command = PersonCommand::ChangeEmail {
            email_index: EmailIndex::parse(&index).map_err(ApiError::internal)?,
            email: self.seal(person, &home, "email", to.as_str()).await?,
        };
        match self.note(person, command).await {
            Err(ApiError::Conflict {
                code: "already-exists",
                ..
            }) => Err(ApiError::Conflict {
                code: "already-exists",
                detail: "there is another account with this address".into(),
            }),
            other => other,
        }
    }
}

/// Says nothing of what stands in it.
fn unreadable() -> ApiError {
    ApiError::internal("a change of address that can't be read")
}
