//! Passwords changed and forgotten, and addresses confirmed.

use std::time::Duration;

use flowgrid_domain::FieldError;
use flowgrid_domain::people::{Person, PersonCommand};
use flowgrid_domain::sessions::EndReason;
use flowgrid_domain::values::Email;
use flowgrid_vault::{Purpose, strength};
use flowgrid_workers::mail::MailKind;
use tokio::time::{Instant, sleep_until};
use uuid::Uuid;

use super::register::Password;
use super::seen::About;
use super::{Identity, mail};
use crate::error::ApiError;
use crate::security::Kind;

/// How long it takes to answer whether or not somebody has the address: longer than writing a mail.
pub(super) const AS_LONG_AS_ANY: Duration = Duration::from_millis(200);

impl Identity {
    /// Another password; every other session ends.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] when the present one is wrong; [`ApiError::Invalid`] for a weak
    /// new one.
    pub async fn change_password(
        &self,
        person: Uuid,
        session: Option<Uuid>,
        present: &Password,
        new: &Password,
    ) -> Result<(), ApiError> {
        self.confirm_password(person, present).await?;
        self.check_password(person, new, "/newPassword").await?;
        self.replace_password(person, new).await?;
        self.saw(Kind::PasswordChanged, About::person(person));
        self.end_other_sessions(person, session, EndReason::PasswordChanged)
            .await?;
        Ok(())
    }

    /// Mails a token with which the password can be reset, if somebody has this address.
    ///
    /// # Errors
    /// [`ApiError::TooMany`]; never for an address that nobody has.
    pub async fn forgot_password(&self, email: &Email) -> Result<(), ApiError> {
        let index = self.people.vault.email_index(email.as_str());
        self.attempt(&index).await?;
        self.saw(Kind::PasswordResetAsked, About::account(&index));
        let answer_at = Instant::now() + AS_LONG_AS_ANY;
        if let Some(person) = self.owner_of(&index).await? {
            self.mail_reset(person, email).await?;
        }
        sleep_until(answer_at).await;
        Ok(())
    }

    async fn mail_reset(&self, person: Uuid, email: &Email) -> Result<(), ApiError> {
        let life = mail::RESET_LIFE;
        let vault = &self.people.vault;
        let token = vault
            .make_one_time(Purpose::ResetPassword, person, "", life, self.now())
            .await?;
        let kind = MailKind::ResetPassword {
            token: token.to_string(),
            valid_hours: mail::hours(life),
        };
        self.mail(email, kind).await
    }

    /// Uses such a token; every session ends. Whoever has read the mail has the address.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when the token isn't good; [`ApiError::Invalid`] for a weak password,
    /// which leaves the token good.
    pub async fn reset_password(&self, token: &str, new: &Password) -> Result<(), ApiError> {
        self.attempt("reset").await?;
        let (vault, purpose) = (&self.people.vault, Purpose::ResetPassword);
        let good = vault.try_one_time(purpose, token, self.now()).await?;
        let person = good.ok_or_else(bad_token)?.subject;
        self.check_password(person, new, "/password").await?;
        let used = vault.use_one_time(purpose, token, self.now()).await?;
        used.ok_or_else(bad_token)?;
        self.replace_password(person, new).await?;
        self.saw(Kind::PasswordReset, About::person(person));
        self.note(person, PersonCommand::VerifyEmail).await?;
        self.end_other_sessions(person, None, EndReason::PasswordReset)
            .await?;
        Ok(())
    }

    /// The address is the person's: the mail sent there came back. One that is to become the
    /// person's becomes it.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when the token isn't good; [`ApiError::Conflict`] when the address has
    /// become somebody's meanwhile.
    pub async fn verify_email(&self, token: &str) -> Result<(), ApiError> {
        let vault = &self.people.vault;
        let used = vault
            .use_one_time(Purpose::VerifyEmail, token, self.now())
            .await?;
        match used {
            Some(used) => self.note(used.subject, PersonCommand::VerifyEmail).await,
            None => self.change_email(token).await,
        }
    }

    async fn check_password(
        &self,
        person: Uuid,
        new: &Password,
        field: &str,
    ) -> Result<(), ApiError> {
        let facts = self.person(person).await?;
        let home = self.home()?;
        let email = self.open(person, &home, "email", &facts.email).await?;
        let name = self.open(person, &home, "name", &facts.name).await?;
        let hints = [email.unwrap_or_default(), name.unwrap_or_default()];
        strength(&new.0, &hints.each_ref().map(String::as_str))
            .map_err(|weak| ApiError::Invalid(vec![FieldError::new(field, weak.0)]))
    }

    async fn replace_password(&self, person: Uuid, new: &Password) -> Result<(), ApiError> {
        let phc = self.people.hasher.hash(&new.0).await?;
        self.people
            .vault
            .set_password(person, &phc, self.now())
            .await?;
        self.note(person, PersonCommand::NotePasswordChange).await?;
        self.mail_to(person, MailKind::PasswordChanged { at: self.now() })
            .await
    }

    /// Writes into the log what the vault holds.
    pub(super) async fn note(&self, person: Uuid, command: PersonCommand) -> Result<(), ApiError> {
        let home = self.home()?;
        self.execute::<Person>(&home, person, person.to_string(), command)
            .await?;
        Ok(())
    }
}

pub(super) fn bad_token() -> ApiError {
    ApiError::Refused {
        code: "token-not-good",
        detail: "the link has been used, or is too old: ask for another one".into(),
    }
}
