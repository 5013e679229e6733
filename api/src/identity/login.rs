//! Signing in with a password.

use flowgrid_domain::people::Facts;
use flowgrid_domain::sessions::SignIn;
use flowgrid_domain::values::{Email, Line, Slug};
use flowgrid_domain::{FieldError, Fields};
use flowgrid_vault::Purpose;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Identity;
use super::acceptance::InvitationToken;
use super::answer::SignedIn;
use super::memberships::{Newcomer, Place};
use super::register::Password;
use super::second_factor::{CHALLENGE_LIFE, Challenge, Code};
use super::seen::About;
use super::sessions::NewLogin;
use crate::error::ApiError;
use crate::security::Kind;

/// What somebody who signs in says.
pub struct Login {
    pub email: Email,
    pub password: Password,
    pub remember: bool,
    pub code: Option<Code>,
    /// Which of its organizations; the first where nothing is said.
    pub organization: Option<Slug>,
    /// Accepted on the way in: to its organization, then.
    pub invitation: Option<InvitationToken>,
}

/// What became of it.
pub enum LoggedIn {
    In(Box<SignedIn>),
    /// The password was right; a second factor is asked for. The token is good for five tries.
    NeedsSecondFactor {
        challenge: String,
    },
}

impl Login {
    /// # Errors
    /// With everything that is wrong: missing, of another type, unknown.
    pub fn read(body: &Map<String, Value>) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of(body);
        let email = fields.required("email");
        let password = fields.required("password");
        let remember = match body.get("rememberMe") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(remember)) => *remember,
            Some(_) => {
                fields.wrong("rememberMe", "must be true or false");
                false
            }
        };
        fields.read_only(&["rememberMe"]);
        let code = fields.optional("totp");
        let organization = fields.optional("organization");
        let invitation = fields.optional("invitationToken");
        let invitation = invitation.or(fields.optional("invitation"));
        let both = email.zip(password);
        fields.finish(both.map(|(email, password)| Self {
            email,
            password,
            remember,
            code,
            organization,
            invitation,
        }))
    }
}

impl Identity {
    /// Signs somebody in. An address that nobody has takes the same time and gets the same answer
    /// as a wrong password.
    ///
    /// # Errors
    /// [`ApiError::Unauthenticated`] for either; [`ApiError::TooMany`] after too many failures.
    pub async fn login(&self, login: &Login) -> Result<LoggedIn, ApiError> {
        let index = self.people.vault.email_index(login.email.as_str());
        let counted = self.counted(&index);
        let attempt = self.limits.attempt(&counted).await;
        let attempt = attempt.map_err(|decision| self.locked(About::account(&index), decision))?;
        let Some(person) = self.verified(login, &index).await? else {
            self.saw(Kind::LoginFailed, About::account(&index));
            return Err(refused());
        };
        let facts = self.person(person).await.map_err(|_| refused())?;
        if facts.second_factor {
            let Some(code) = &login.code else {
                self.limits.forgive(attempt).await;
                return self.challenge(person, login).await;
            };
            if !self.check_code(person, code).await? {
                self.saw(Kind::SecondFactorFailed, About::person(person));
                return Err(refused());
            }
        }
        self.limits.forgive(attempt).await;
        let method = NewLogin {
            method: SignIn::Password,
            second_factor: facts.second_factor,
            remember: login.remember,
        };
        let asked = login.organization.as_ref();
        let place = self
            .place_by(person, &facts, login.invitation.as_ref(), asked)
            .await?;
        let facts = match login.invitation {
            // Accepting it may have said something of the person.
            Some(_) => self.person(person).await?,
            None => facts,
        };
        let signed_in = self.sign_in(person, &facts, place, method).await?;
        Ok(LoggedIn::In(Box::new(signed_in)))
    }

    /// Whose password it is, if it is right.
    async fn verified(&self, login: &Login, index: &str) -> Result<Option<Uuid>, ApiError> {
        let (vault, hasher) = (&self.people.vault, &self.people.hasher);
        let person = self.owner_of(index).await?;
        // Asked for nobody as well: it takes as long.
        let asked = person.unwrap_or_default();
        let (phc, tenants) = vault.sign_in_of(asked).await?;
        let verdict = hasher.verify(&login.password.0, phc.as_deref()).await?;
        let (Some(person), Some(phc), true) = (person, phc, verdict.good) else {
            return Ok(None);
        };
        if verdict.needs_rehash {
            let new = hasher.hash(&login.password.0).await?;
            vault.rehash_password(person, &phc, &new).await?;
        }
        self.look_ahead(person, tenants).await?;
        Ok(Some(person))
    }

    async fn challenge(&self, person: Uuid, login: &Login) -> Result<LoggedIn, ApiError> {
        let challenge = Challenge {
            remember: login.remember,
            organization: login
                .organization
                .as_ref()
                .map(|slug| slug.as_str().to_owned()),
            invitation: login.invitation.as_ref().map(|one| one.text().to_owned()),
        };
        let payload = serde_json::to_string(&challenge).map_err(ApiError::internal)?;
        let vault = &self.people.vault;
        let token = vault
            .make_one_time(
                Purpose::SecondFactor,
                person,
                &payload,
                CHALLENGE_LIFE,
                self.now(),
            )
            .await?;
        Ok(LoggedIn::NeedsSecondFactor {
            challenge: token.to_string(),
        })
    }

    /// Where somebody signs in to: the organization that it is invited to, else [`Self::place_for`].
    pub(super) async fn place_by(
        &self,
        person: Uuid,
        facts: &Facts,
        invitation: Option<&InvitationToken>,
        asked: Option<&Slug>,
    ) -> Result<Place, ApiError> {
        match invitation {
            Some(token) => self.accept_as(person, facts, token).await,
            None => self.place_for(person, facts, asked).await,
        }
    }

    /// Where somebody signs in to: the organization asked for, else the first that the frontend may be
    /// used in, else the first; one whose founding broke off is founded now, and a frontend's default
    /// organization joined where there is no other for it.
    pub(super) async fn place_for(
        &self,
        person: Uuid,
        facts: &Facts,
        asked: Option<&Slug>,
    ) -> Result<Place, ApiError> {
        let mut places = self.places_of(person).await?;
        if places.is_empty()
            && let Some(place) = self.finish_founding(person, facts).await?
        {
            places.push(place);
        }
        self.catch_up(person, facts, &places).await?;
        let frontend = self.from.frontend.as_deref();
        let usable = |place: &Place| place.is_for(frontend);
        if asked.is_none()
            && !places.iter().any(usable)
            && let Some(place) = self.default_place(person, facts).await?
        {
            return Ok(place);
        }
        // Stable: those of a kind keep their order.
        places.sort_by_key(|place| !usable(place));
        let wanted = |place: &Place| asked.is_none_or(|slug| slug.as_str() == place.tenant.slug());
        places.into_iter().find(wanted).ok_or(ApiError::Forbidden {
            code: "no-organization",
            detail: "you are no active member of this or any organization".into(),
        })
    }

    async fn finish_founding(
        &self,
        person: Uuid,
        facts: &Facts,
    ) -> Result<Option<Place>, ApiError> {
        let Some(founding) = &facts.founding else {
            return Ok(None);
        };
        let home = self.home()?;
        let email = self.open(person, &home, "email", &facts.email).await?;
        let name = self.open(person, &home, "name", &facts.name).await?;
        let (Some(email), Some(name)) = (email, name) else {
            return Ok(None);
        };
        let email = Email::parse(&email).map_err(ApiError::internal)?;
        let name = Line::parse(&name).map_err(ApiError::internal)?;
        let newcomer = Newcomer {
            person,
            email: &email,
            name: &name,
        };
        if self.has_closed(person, founding).await? {
            return Ok(None);
        }
        match self.found(&newcomer, founding).await {
            // Who was removed from what it founded has no place there any more.
            Err(ApiError::Conflict { .. }) => Ok(None),
            other => other.map(Some),
        }
    }
}

/// One answer, whatever was wrong.
pub(super) fn refused() -> ApiError {
    ApiError::Unauthenticated {
        code: "invalid-credentials",
        detail: "address or password is wrong".into(),
    }
}
