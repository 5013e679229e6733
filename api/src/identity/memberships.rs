//! The organizations of a person, and how one comes into being with it.

use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Loaded, Request};
use flowgrid_domain::memberships::{Facts, InvitationId, Join, Membership, MembershipCommand};
use flowgrid_domain::organizations::{
    Found, Organization, OrganizationCommand, OrganizationName, OrganizationSlug,
};
use flowgrid_domain::people::Founding;
use flowgrid_domain::sessions::SignIn;
use flowgrid_domain::values::{Email, Frontends, Line, Plan, Slug};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer::SignedIn;
use super::sessions::NewLogin;
use super::{Identity, plan_in};
use crate::error::ApiError;

/// What somebody may do in an organization now.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub tenant: Tenant,
    pub role: Role,
    /// Empty means any.
    pub frontends: Vec<String>,
    pub plan: Plan,
    /// What the organization knows of it; `None` where it has just come into being.
    pub known: Option<Facts>,
}

impl Place {
    /// Whether the frontend that a request names may be used there.
    pub(super) fn is_for(&self, frontend: Option<&str>) -> bool {
        let Some(frontend) = frontend else {
            return true;
        };
        self.frontends.is_empty() || self.frontends.iter().any(|allowed| allowed == frontend)
    }
}

/// An organization that somebody belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrganizationOfPerson {
    pub id: String,
    pub slug: String,
    pub name: String,
    pub role: Role,
    pub plan: Plan,
    /// The one that the token is for.
    pub current: bool,
}

/// As what somebody comes into an organization.
pub(super) struct Joining {
    pub role: Role,
    pub frontends: Frontends,
    pub invitation: Option<InvitationId>,
}

/// How often joining is tried anew because the membership moved on meanwhile.
const JOIN_ATTEMPTS: u32 = 8;

/// Who comes into an organization.
pub(super) struct Newcomer<'a> {
    pub person: Uuid,
    pub email: &'a Email,
    pub name: &'a Line<200>,
}

impl Identity {
    /// The place of a person in an organization; `None` where it is no active member.
    pub(super) async fn place_in(
        &self,
        person: Uuid,
        tenant: &Tenant,
    ) -> Result<Option<Place>, ApiError> {
        let loaded = self.load::<Membership>(tenant, &person.to_string()).await?;
        let Some(Membership::Active(known)) = loaded.map(|one| one.state) else {
            return Ok(None);
        };
        let organization = self.load::<Organization>(tenant, tenant.slug()).await?;
        if organization
            .as_ref()
            .is_some_and(|one| matches!(one.state, Organization::Closed(_)))
        {
            return Ok(None);
        }
        let plan = match organization.as_ref().and_then(|one| one.state.facts()) {
            Some(facts) => plan_in(&self.commands, facts, person).await?,
            None => Plan::Free,
        };
        Ok(Some(Place {
            tenant: tenant.clone(),
            role: known.role,
            frontends: known.frontends.clone(),
            plan,
            known: Some(known),
        }))
    }

    /// All places of a person, in the order in which the vault knows of them.
    pub(super) async fn places_of(&self, person: Uuid) -> Result<Vec<Place>, ApiError> {
        let home = self.home()?;
        let mut places = Vec::new();
        for tenant in self.tenants_of(person).await? {
            if tenant == home.id() {
                continue;
            }
            let Some(tenant) = self.store.tenant_of(tenant).await? else {
                continue;
            };
            places.extend(self.place_in(person, &tenant).await?);
        }
        Ok(places)
    }

    /// The organizations that a person belongs to.
    ///
    /// # Errors
    /// When the log or the vault can't be reached.
    pub async fn organizations(
        &self,
        person: Uuid,
        current: &Tenant,
    ) -> Result<Vec<OrganizationOfPerson>, ApiError> {
        let mut shown = Vec::new();
        for place in self.places_of(person).await? {
            let (tenant, slug) = (&place.tenant, place.tenant.slug());
            let organization = self.load::<Organization>(tenant, slug).await?;
            let name = organization.and_then(|one| Some(one.state.facts()?.name.clone()));
            shown.push(OrganizationOfPerson {
                id: tenant.id().to_string(),
                slug: slug.to_owned(),
                name: name.unwrap_or_else(|| slug.to_owned()),
                role: place.role,
                plan: place.plan,
                current: tenant == current,
            });
        }
        Ok(shown)
    }

    /// Signs somebody in to another of its organizations; the session there is one of its own.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] where it is no active member.
    pub async fn switch(&self, person: Uuid, slug: &Slug) -> Result<SignedIn, ApiError> {
        let tenant = Tenant::from_slug(slug.as_str()).map_err(|_| ApiError::NotFound)?;
        let place = self.place_in(person, &tenant).await?;
        let place = place.ok_or(ApiError::NotFound)?;
        let facts = self.person(person).await?;
        let login = NewLogin {
            method: SignIn::Switch,
            second_factor: facts.second_factor,
            remember: false,
        };
        self.sign_in(person, &facts, place, login).await
    }

    /// Founds the organization that a person registers with, or finishes what broke off. Where the
    /// slug was taken meanwhile, it gets another one that follows from the person.
    pub(super) async fn found(
        &self,
        newcomer: &Newcomer<'_>,
        founding: &Founding,
    ) -> Result<Place, ApiError> {
        let mut refused = None;
        for slug in slugs_of(newcomer.person, founding) {
            match self.found_as(newcomer, &slug, &founding.name).await {
                Err(error @ ApiError::Conflict { .. }) => refused = Some(error),
                other => return other,
            }
        }
        Err(refused.unwrap_or(ApiError::NotFound))
    }

    /// Whether what a person founded is closed: it isn't founded again.
    pub(super) async fn has_closed(
        &self,
        person: Uuid,
        founding: &Founding,
    ) -> Result<bool, ApiError> {
        for slug in slugs_of(person, founding) {
            let tenant = Tenant::from_slug(&slug).map_err(ApiError::internal)?;
            let loaded = self.load::<Organization>(&tenant, &slug).await?;
            if let Some(Organization::Closed(facts)) = loaded.map(|one| one.state)
                && facts.founder == person.to_string()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn found_as(
        &self,
        newcomer: &Newcomer<'_>,
        slug: &str,
        name: &str,
    ) -> Result<Place, ApiError> {
        let slug = OrganizationSlug::parse(slug).map_err(ApiError::internal)?;
        let tenant = Tenant::from_slug(slug.as_str()).map_err(ApiError::internal)?;
        let founder = person_id(newcomer.person)?;
        let found = OrganizationCommand::Found(Found {
            name: OrganizationName::parse(name).map_err(ApiError::internal)?,
            plan: Plan::Free,
            founder,
        });
        let id = tenant.slug().to_owned();
        self.execute::<Organization>(&tenant, newcomer.person, id, found)
            .await?;
        let joining = Joining {
            role: Role::Admin,
            frontends: Frontends::default(),
            invitation: None,
        };
        self.join(newcomer, &tenant, &joining).await?;
        Ok(Place {
            tenant,
            role: Role::Admin,
            frontends: Vec::new(),
            plan: Plan::Free,
            known: None,
        })
    }

    /// Makes somebody a member. Again, it is nothing to do.
    ///
    /// What is sealed must open afterwards, also where the person is erased here at the same moment:
    /// the membership must be what it was when the key was seen to.
    pub(super) async fn join(
        &self,
        newcomer: &Newcomer<'_>,
        tenant: &Tenant,
        joining: &Joining,
    ) -> Result<(), ApiError> {
        let id = newcomer.person.to_string();
        let mut attempts = 0..JOIN_ATTEMPTS;
        loop {
            let loaded = self.load::<Membership>(tenant, &id).await?;
            self.see_to_key(newcomer.person, tenant, loaded.as_ref())
                .await?;
            let request = Request {
                id: id.clone(),
                command: self.join_command(newcomer, tenant, joining).await?,
                if_match: Some(loaded.map_or(0, |one| one.revision)),
                idempotency: None,
                status: 200,
                follow_claim: false,
            };
            let joined = self
                .request::<Membership>(tenant, newcomer.person, request)
                .await;
            match joined {
                Err(ApiError::VersionMismatch { .. }) if attempts.next().is_some() => {}
                other => return other.map(drop),
            }
        }
    }

    /// A key that is older than an erasure is about to be destroyed, if it isn't yet.
    async fn see_to_key(
        &self,
        person: Uuid,
        tenant: &Tenant,
        loaded: Option<&Loaded<Membership>>,
    ) -> Result<(), ApiError> {
        let vault = &self.people.vault;
        match loaded {
            Some(erased) if matches!(erased.state, Membership::Erased(_)) => {
                vault.renew_keys(person, tenant, erased.updated_at).await?;
            }
            Some(_) | None => vault.make_keys(person, tenant).await?,
        }
        Ok(())
    }

    async fn join_command(
        &self,
        newcomer: &Newcomer<'_>,
        tenant: &Tenant,
        joining: &Joining,
    ) -> Result<MembershipCommand, ApiError> {
        let (person, email) = (newcomer.person, newcomer.email.as_str());
        let name = newcomer.name.as_str();
        Ok(MembershipCommand::Join(Join {
            role: joining.role,
            frontends: joining.frontends.clone(),
            email: self.seal(person, tenant, "email", email).await?,
            name: self.seal(person, tenant, "name", name).await?,
            invitation: joining.invitation.clone(),
        }))
    }

    /// Whether an organization of this slug was ever founded, or only the operator may found it.
    pub(super) async fn is_founded(&self, slug: &str) -> Result<bool, ApiError> {
        if self.defaults.has(slug) {
            return Ok(true);
        }
        let tenant = Tenant::from_slug(slug).map_err(ApiError::internal)?;
        let loaded = self.load::<Organization>(&tenant, slug).await?;
        Ok(loaded.is_some())
    }
}

/// The slug that a founding names, and the one that follows from the person where that is taken.
fn slugs_of(person: Uuid, founding: &Founding) -> [String; 2] {
    let tail = person.simple().to_string();
    let tail = tail
        .get(tail.len().saturating_sub(12)..)
        .unwrap_or_default();
    let short: String = founding.slug.chars().take(50).collect();
    [founding.slug.clone(), format!("{short}-{tail}")]
}

pub(super) fn person_id(person: Uuid) -> Result<Slug, ApiError> {
    Slug::parse(&person.to_string()).map_err(ApiError::internal)
}
