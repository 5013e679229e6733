//! Registering: a person comes into being, and an organization with it.

use flowgrid_bus::Tenant;
use flowgrid_domain::organizations::{OrganizationName, OrganizationSlug};
use flowgrid_domain::people::{Founding, NewOrganization, Person, PersonCommand, Register};
use flowgrid_domain::sessions::SignIn;
use flowgrid_domain::values::{Email, EmailIndex, FromJson, Invalid, Line};
use flowgrid_domain::{FieldError, Fields};
use flowgrid_vault::{Purpose, strength};
use flowgrid_workers::mail::MailKind;
use serde_json::{Map, Value};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::acceptance::{Held, InvitationToken};
use super::answer::SignedIn;
use super::memberships::{Newcomer, Place};
use super::sessions::NewLogin;
use super::{Identity, mail};
use crate::error::ApiError;
use crate::limits::{Class, Counted};

/// A password as somebody typed it: wiped when it is no longer needed, and shown nowhere.
pub struct Password(pub(super) Zeroizing<String>);

/// The longest that is looked at at all, in bytes.
const LONGEST_PASSWORD: usize = 1024;

impl FromJson for Password {
    fn from_json(value: &Value) -> Result<Self, Invalid> {
        match value.as_str() {
            Some(text) if !text.is_empty() && text.len() <= LONGEST_PASSWORD => {
                Ok(Self(Zeroizing::new(text.to_owned())))
            }
            Some(_) => Err(Invalid("must be 1 to 1,024 bytes".to_owned())),
            None => Err(Invalid("must be a string".to_owned())),
        }
    }
}

/// What somebody who registers says.
pub struct Registration {
    pub email: Email,
    pub password: Password,
    pub name: Option<Line<200>>,
    /// The organization's name; the person's own where nothing is said.
    pub organization: Option<OrganizationName>,
    pub slug: Option<OrganizationSlug>,
    /// Joins by it instead of founding an organization.
    pub invitation: Option<InvitationToken>,
}

impl Registration {
    /// # Errors
    /// With everything that is wrong: missing, of another type, unknown.
    pub fn read(body: &Map<String, Value>) -> Result<Self, Vec<FieldError>> {
        let mut fields = Fields::of(body);
        let email = fields.required("email");
        let password = fields.required("password");
        let name = fields.optional("name");
        let organization = fields.optional("organization");
        let slug = fields.optional("organizationSlug");
        let invitation = fields.optional("invitationToken");
        let invitation = invitation.or(fields.optional("invitation"));
        if invitation.is_some() && (organization.is_some() || slug.is_some()) {
            fields.wrong(
                "organization",
                "is not founded by who comes by an invitation",
            );
        }
        let both = email.zip(password);
        fields.finish(both.map(|(email, password)| Self {
            email,
            password,
            name,
            organization,
            slug,
            invitation,
        }))
    }

    /// The part of the address before the @, where no name is given.
    fn name(&self) -> Result<Line<200>, ApiError> {
        let local = self.email.as_str().split('@').next().unwrap_or_default();
        match &self.name {
            Some(name) => Ok(name.clone()),
            None => Line::parse(local).map_err(ApiError::internal),
        }
    }

    fn check_password(&self, name: &Line<200>) -> Result<(), ApiError> {
        let organization = self.organization.as_ref().map_or("", |name| name.as_str());
        let hints = [self.email.as_str(), name.as_str(), organization];
        strength(&self.password.0, &hints)
            .map_err(|weak| ApiError::Invalid(vec![FieldError::new("/password", weak.0)]))
    }
}

/// How somebody who registers comes into an organization.
enum WayIn {
    Founding(NewOrganization),
    /// That of the frontend.
    Default(Tenant),
    Invited(Box<Held>),
}

impl WayIn {
    fn founding(&self) -> Option<&NewOrganization> {
        match self {
            Self::Founding(founding) => Some(founding),
            Self::Default(_) | Self::Invited(_) => None,
        }
    }
}

impl Identity {
    /// Registers somebody and signs in: to the organization that is founded with it, or to the one
    /// that it is invited to, else to its frontend's default one.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] when the address or the slug is taken; [`ApiError::Invalid`] for a
    /// weak password; those of an invitation that isn't good.
    pub async fn register(&self, registration: &Registration) -> Result<SignedIn, ApiError> {
        let index = self.people.vault.email_index(registration.email.as_str());
        self.attempt(&index).await?;
        let name = registration.name()?;
        registration.check_password(&name)?;
        // Before anybody looks whether the address is known: the answer takes as long either way.
        let phc = self.people.hasher.hash(&registration.password.0).await?;
        let person = self.new_id();
        let way = self.way_in(registration, &name, person, &index).await?;
        if self.owner_of(&index).await?.is_some() {
            return self.already_registered(registration).await;
        }
        self.people
            .vault
            .set_password(person, &phc, self.now())
            .await?;
        self.make_person(person, registration, &name, &index, way.founding())
            .await?;
        let newcomer = Newcomer {
            person,
            email: &registration.email,
            name: &name,
        };
        let (place, method) = self.come_in(&newcomer, &index, &way).await?;
        let login = NewLogin {
            method,
            second_factor: false,
            remember: false,
        };
        let facts = self.person(person).await?;
        self.sign_in(person, &facts, place, login).await
    }

    /// Where somebody who registers is going. An invitation must be good before anything happens.
    async fn way_in(
        &self,
        registration: &Registration,
        name: &Line<200>,
        person: Uuid,
        index: &str,
    ) -> Result<WayIn, ApiError> {
        if let Some(token) = &registration.invitation {
            let held = self.held(token).await?;
            held.offer(person, index, self.now())?;
            return Ok(WayIn::Invited(Box::new(held)));
        }
        let says_none = registration.organization.is_none() && registration.slug.is_none();
        if let Some(tenant) = self.default_organization().filter(|_| says_none) {
            self.check_default(&tenant).await?;
            return Ok(WayIn::Default(tenant));
        }
        Ok(WayIn::Founding(self.founding(registration, name).await?))
    }

    async fn come_in(
        &self,
        newcomer: &Newcomer<'_>,
        index: &str,
        way: &WayIn,
    ) -> Result<(Place, SignIn), ApiError> {
        match way {
            WayIn::Founding(founding) => {
                let founding = Founding {
                    slug: founding.slug.as_str().to_owned(),
                    name: founding.name.as_str().to_owned(),
                };
                let place = self.found(newcomer, &founding).await?;
                self.ask_to_verify(newcomer.person, newcomer.email).await?;
                Ok((place, SignIn::Register))
            }
            WayIn::Default(tenant) => {
                let place = self.join_default(newcomer, tenant).await?;
                self.ask_to_verify(newcomer.person, newcomer.email).await?;
                Ok((place, SignIn::Register))
            }
            WayIn::Invited(held) => {
                let place = self.accept(newcomer, index, held).await?;
                Ok((place, SignIn::Invitation))
            }
        }
    }

    async fn make_person(
        &self,
        person: Uuid,
        registration: &Registration,
        name: &Line<200>,
        index: &str,
        founding: Option<&NewOrganization>,
    ) -> Result<(), ApiError> {
        let home = self.home()?;
        self.people.vault.make_keys(person, &home).await?;
        let register = PersonCommand::Register(Register {
            email_index: EmailIndex::parse(index).map_err(ApiError::internal)?,
            email: self
                .seal(person, &home, "email", registration.email.as_str())
                .await?,
            name: self.seal(person, &home, "name", name.as_str()).await?,
            founding: founding.cloned(),
        });
        self.execute::<Person>(&home, person, person.to_string(), register)
            .await?;
        Ok(())
    }

    /// The organization that comes into being: with the slug asked for, or with a free one.
    async fn founding(
        &self,
        registration: &Registration,
        name: &Line<200>,
    ) -> Result<NewOrganization, ApiError> {
        let organization = registration
            .organization
            .clone()
            .unwrap_or_else(|| name.clone());
        if let Some(slug) = &registration.slug {
            if self.is_founded(slug.as_str()).await? {
                return Err(ApiError::Conflict {
                    code: "already-exists",
                    detail: "an organization of this slug exists".into(),
                });
            }
            return Ok(NewOrganization {
                slug: slug.clone(),
                name: organization,
            });
        }
        let mut slug = slug_of(organization.as_str());
        if OrganizationSlug::parse(&slug).is_err() || self.is_founded(&slug).await? {
            let drawn = self.new_id().simple().to_string();
            let tail = drawn
                .get(drawn.len().saturating_sub(8)..)
                .unwrap_or_default();
            slug = format!("{}-{tail}", slug.get(..50).unwrap_or(&slug));
        }
        Ok(NewOrganization {
            slug: OrganizationSlug::parse(&slug).map_err(ApiError::internal)?,
            name: organization,
        })
    }

    async fn already_registered(&self, registration: &Registration) -> Result<SignedIn, ApiError> {
        self.mail(&registration.email, MailKind::AlreadyRegistered)
            .await?;
        Err(ApiError::Conflict {
            code: "already-exists",
            detail: "there is an account with this address: sign in, or reset its password".into(),
        })
    }

    pub(super) async fn ask_to_verify(&self, person: Uuid, email: &Email) -> Result<(), ApiError> {
        let life = mail::VERIFICATION_LIFE;
        let vault = &self.people.vault;
        let token = vault
            .make_one_time(Purpose::VerifyEmail, person, "", life, self.now())
            .await?;
        let kind = MailKind::VerifyEmail {
            token: token.to_string(),
            valid_hours: mail::hours(life),
        };
        self.mail(email, kind).await
    }

    /// Counts an attempt that isn't forgiven.
    pub(super) async fn attempt(&self, index: &str) -> Result<(), ApiError> {
        let _counted = self
            .limits
            .attempt(&self.counted(index))
            .await
            .map_err(ApiError::TooMany)?;
        Ok(())
    }

    /// By address and account, and more loosely by address.
    pub(super) fn counted(&self, account: &str) -> [Counted; 2] {
        let address = self.from.customer();
        [
            Counted::by(Class::Auth, &[&address, account]),
            Counted::by(Class::AuthAddress, &[&address]),
        ]
    }
}

/// A name as a slug: `Stadtwerke Hechingen` becomes `stadtwerke-hechingen`.
fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for character in name.to_lowercase().chars() {
        match character {
            'a'..='z' | '0'..='9' => slug.push(character),
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() >= 48 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() {
        "organization".to_owned()
    } else {
        slug.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        assert_eq!(
            slug_of("Stadtwerke Müllheim  & Söhne!"),
            "stadtwerke-muellheim-soehne"
        );
        assert_eq!(slug_of("東京"), "organization");
        assert!(slug_of(&"a b ".repeat(100)).len() <= 50);
    }
}
