//! The second factor: codes of an authenticator (RFC 6238) and recovery codes.

use std::time::Duration;

use flowgrid_domain::people::PersonCommand;
use flowgrid_domain::sessions::SignIn;
use flowgrid_domain::values::{Email, FromJson, Invalid, Slug};
use flowgrid_vault::{Purpose, TotpSetup};
use flowgrid_workers::mail::MailKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::Identity;
use super::acceptance::InvitationToken;
use super::answer::SignedIn;
use super::login::refused;
use super::register::Password;
use super::seen::About;
use super::sessions::NewLogin;
use crate::error::ApiError;
use crate::security::Kind;

/// How long somebody may look for the authenticator.
pub(super) const CHALLENGE_LIFE: Duration = Duration::from_secs(600);
/// What an authenticator shows beside the address.
const ISSUER: &str = "Flowgrid";

/// A code as somebody typed it.
pub struct Code(String);

impl FromJson for Code {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value.as_str().map(str::trim) {
            Some(text) if (1..=32).contains(&text.len()) => Ok(Self(text.to_owned())),
            Some(_) | None => Err(Invalid(
                "must be a code of at most 32 characters".to_owned(),
            )),
        }
    }
}

/// What a login said that waits for its second factor.
#[derive(Serialize, Deserialize)]
pub(super) struct Challenge {
    pub remember: bool,
    pub organization: Option<String>,
    /// The token of one that is to be accepted.
    pub invitation: Option<String>,
}

impl Identity {
    /// Whether it is a code of now, or a recovery code, which is used up.
    pub(super) async fn check_code(&self, person: Uuid, code: &Code) -> Result<bool, ApiError> {
        let vault = &self.people.vault;
        if vault.check_totp(person, &code.0, self.now()).await? {
            return Ok(true);
        }
        Ok(vault.use_recovery_code(person, &code.0).await?.is_some())
    }

    /// Completes a login that asked for a second factor.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] when the challenge or the code isn't good.
    pub async fn complete_login(&self, challenge: &str, code: &Code) -> Result<SignedIn, ApiError> {
        let vault = &self.people.vault;
        let waiting = vault
            .try_one_time(Purpose::SecondFactor, challenge, self.now())
            .await?
            .ok_or_else(refused)?;
        let person = waiting.subject;
        let counted = self.counted(&person.to_string());
        let attempt = self.limits.attempt(&counted).await;
        let attempt = attempt.map_err(|decision| self.locked(About::person(person), decision))?;
        let facts = self.person(person).await.map_err(|_| refused())?;
        if !self.check_code(person, code).await? {
            self.saw(Kind::SecondFactorFailed, About::person(person));
            return Err(refused());
        }
        self.limits.forgive(attempt).await;
        vault.void_one_time(Purpose::SecondFactor, person).await?;
        let said: Challenge = serde_json::from_str(&waiting.payload).map_err(ApiError::internal)?;
        let asked = said.organization.as_deref().map(Slug::parse);
        let asked = asked.transpose().map_err(ApiError::internal)?;
        let invitation = said.invitation.map(InvitationToken::of);
        let place = self
            .place_by(person, &facts, invitation.as_ref(), asked.as_ref())
            .await?;
        let login = NewLogin {
            method: SignIn::Password,
            second_factor: true,
            remember: said.remember,
        };
        let facts = match invitation {
            Some(_) => self.person(person).await?,
            None => facts,
        };
        self.sign_in(person, &facts, place, login).await
    }

    /// Draws a secret for an authenticator; it isn't asked for until a code was shown.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] when a second factor is on already.
    pub async fn begin_second_factor(&self, person: Uuid) -> Result<TotpSetup, ApiError> {
        let facts = self.person(person).await?;
        let home = self.home()?;
        let account = self.open(person, &home, "email", &facts.email).await?;
        let account = account.ok_or(ApiError::NotFound)?;
        let setup = self
            .people
            .vault
            .begin_totp(person, ISSUER, &account)
            .await?;
        setup.ok_or(ApiError::Conflict {
            code: "second-factor-on",
            detail: "a second factor is on already; disable it first".into(),
        })
    }

    /// Turns it on, if the code shows that the authenticator has the secret.
    ///
    /// # Errors
    /// [`ApiError::Refused`] when it doesn't.
    pub async fn enable_second_factor(&self, person: Uuid, code: &Code) -> Result<(), ApiError> {
        self.attempt(&person.to_string()).await?;
        let vault = &self.people.vault;
        if !vault.enable_totp(person, &code.0, self.now()).await? {
            return Err(wrong_code());
        }
        self.note(person, PersonCommand::EnableSecondFactor).await?;
        self.saw(Kind::SecondFactorEnabled, About::person(person));
        self.mail_to(person, MailKind::TwoFactorOn { at: self.now() })
            .await
    }

    /// Turns it off, with password and code.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] for a wrong password, [`ApiError::Refused`] for a wrong code.
    pub async fn disable_second_factor(
        &self,
        person: Uuid,
        password: &Password,
        code: &Code,
    ) -> Result<(), ApiError> {
        self.confirm_password(person, password).await?;
        // Guessing the code is counted as well, also by who has the password.
        self.attempt(&person.to_string()).await?;
        if !self.check_code(person, code).await? {
            self.saw(Kind::SecondFactorFailed, About::person(person));
            return Err(wrong_code());
        }
        self.people.vault.disable_totp(person).await?;
        self.note(person, PersonCommand::DisableSecondFactor)
            .await?;
        self.saw(Kind::SecondFactorDisabled, About::person(person));
        self.mail_to(person, MailKind::TwoFactorOff { at: self.now() })
            .await
    }

    /// Whether the password is the person's, counted like a login.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] when it isn't.
    pub(super) async fn confirm_password(
        &self,
        person: Uuid,
        password: &Password,
    ) -> Result<(), ApiError> {
        let counted = self.counted(&person.to_string());
        let attempt = self.limits.attempt(&counted).await;
        let attempt = attempt.map_err(|decision| self.locked(About::person(person), decision))?;
        let phc = self.people.vault.password_of(person).await?;
        let verdict = self
            .people
            .hasher
            .verify(&password.0, phc.as_deref())
            .await?;
        if !verdict.good {
            self.saw(
                Kind::LoginFailed,
                About::person(person).saying("signedIn", true),
            );
            return Err(refused());
        }
        self.limits.forgive(attempt).await;
        Ok(())
    }

    /// Writes to a person's own address.
    pub(super) async fn mail_to(&self, person: Uuid, kind: MailKind) -> Result<(), ApiError> {
        let facts = self.person(person).await?;
        let home = self.home()?;
        let Some(email) = self.open(person, &home, "email", &facts.email).await? else {
            return Ok(());
        };
        let email = Email::parse(&email).map_err(ApiError::internal)?;
        self.mail(&email, kind).await
    }
}

fn wrong_code() -> ApiError {
    ApiError::Refused {
        code: "wrong-code",
        detail: "the code is wrong, or was used before".into(),
    }
}
