//! Writes to the members of an organization about its end.

use chrono::{DateTime, Utc};
use flowgrid_bus::Tenant;
use flowgrid_domain::organizations::{Facts, Organization, PEOPLE};
use flowgrid_domain::people::Person;
use flowgrid_projections::ModelName;
use flowgrid_projections::documents::{self, DocumentFilter};
use uuid::Uuid;

use super::{Closer, ClosingError};
use crate::mail::{Language, Mail, MailKind, Recipient};

/// A page of members.
const PAGE: u32 = 500;

/// What there is to tell.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    Closing(DateTime<Utc>),
    Kept,
    Closed(DateTime<Utc>),
}

impl News {
    fn kind(self, slug: &str, facts: &Facts) -> MailKind {
        let (organization, slug) = (facts.name.clone(), slug.to_owned());
        match self {
            Self::Closing(until) => MailKind::OrganizationClosing {
                organization,
                slug,
                until,
            },
            Self::Kept => MailKind::OrganizationKept { organization, slug },
            Self::Closed(at) => MailKind::OrganizationClosed {
                organization,
                slug,
                at,
            },
        }
    }
}

impl Closer {
    /// Writes to everybody who may come in. `cause` tells a repeat: whoever has a mail of it already
    /// gets no second one.
    ///
    /// # Errors
    /// When the log, the vault, the read models or the outbox can't be reached, or no more mail is
    /// taken. Repeating it goes on.
    pub(super) async fn write(
        &self,
        tenant: &Tenant,
        news: News,
        cause: &str,
    ) -> Result<(), ClosingError> {
        let (slug, commands) = (tenant.slug(), &self.commands);
        let organization = commands.load::<Organization>(tenant, slug, None).await?;
        let organization = organization.map(|loaded| loaded.state);
        let Some(facts) = organization.as_ref().and_then(Organization::facts) else {
            return Ok(());
        };
        let language = Language::of(facts.language().unwrap_or_default());
        let kind = news.kind(slug, facts);
        for offset in (0..).step_by(PAGE as usize) {
            let members = self.members(tenant, offset).await?;
            for member in &members {
                let Some(to) = self.address(member).await? else {
                    continue;
                };
                let (kind, id) = (kind.clone(), id_of(tenant, member, cause));
                let mail = Mail { to, kind, language };
                self.outbox.put(id, &mail).await?;
            }
            if members.len() < PAGE as usize {
                break;
            }
        }
        Ok(())
    }

    async fn members(&self, tenant: &Tenant, offset: u64) -> Result<Vec<String>, ClosingError> {
        let filter = DocumentFilter {
            equal: vec![("status", "active".to_owned())],
            limit: PAGE,
            offset,
            ..DocumentFilter::default()
        };
        let mut tx = self.read.begin(tenant, &[ModelName::Members]).await?;
        let page = documents::list(&mut tx, ModelName::Members, &filter).await?;
        Ok(page.items.into_iter().map(|row| row.id).collect())
    }

    /// The person's own address: what the organization held of it may be destroyed by now.
    async fn address(&self, member: &str) -> Result<Option<Recipient>, ClosingError> {
        let Ok(id) = Uuid::parse_str(member) else {
            return Ok(None);
        };
        let home = Tenant::from_slug(PEOPLE).map_err(|_| ClosingError::NoHome)?;
        let person = self.commands.load::<Person>(&home, member, None).await?;
        let Some(person) = person else {
            return Ok(None);
        };
        let Some(facts) = person.state.facts() else {
            return Ok(None);
        };
        let sealed = facts.email.as_str();
        let email = self.vault.open_field(id, &home, "email", sealed).await?;
        Ok(email
            .map(|email| Recipient::new(&email, None))
            .transpose()?)
    }
}

/// The same for the same person and cause, in every process.
fn id_of(tenant: &Tenant, person: &str, cause: &str) -> Uuid {
    Uuid::new_v5(&tenant.id(), format!("{cause}/{person}").as_bytes())
}
