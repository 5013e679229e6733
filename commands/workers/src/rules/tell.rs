//! Tells members of an alert, and mails them where the rule says so.

use chrono::{DateTime, Utc};
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::Commands;
use flowgrid_domain::notifications::{Detail, Send};
use flowgrid_domain::rules::Recipients;
use flowgrid_domain::values::{Line, Token};
use flowgrid_projections::documents::{self, DocumentFilter, DocumentRow};
use flowgrid_projections::{ModelName, ReadModels};
use flowgrid_vault::{Field, Vault};
use serde_json::{Value, json};
use uuid::Uuid;

use super::RulesError;
use super::deed::{Task, Words};
use crate::mail::{Language, Mail, MailError, MailKind, Outbox, Recipient};

/// More members are not told: whoever names a role of thousands means a mailing list.
const MOST: u32 = 500;

/// What mails take: addresses are sealed.
#[derive(Clone)]
pub struct Post {
    pub vault: Vault,
    pub outbox: Outbox,
}

/// What there is to tell.
pub(super) struct News<'a> {
    pub alert_id: &'a str,
    pub words: &'a Words,
    pub since: DateTime<Utc>,
    pub escalated: bool,
}

#[derive(Clone)]
pub(super) struct Teller {
    pub commands: Commands,
    pub read: ReadModels,
    pub post: Option<Post>,
}

impl Teller {
    /// Tells each of the recipients once, however often it is called.
    pub async fn tell(
        &self,
        task: &Task,
        recipients: &Recipients,
        news: &News<'_>,
    ) -> Result<(), RulesError> {
        if recipients.is_empty() {
            return Ok(());
        }
        let members = self.members(&task.tenant, recipients).await?;
        let what = if news.escalated {
            "escalated"
        } else {
            "raised"
        };
        let cause = task.key(what, news.since);
        for member in &members {
            if let Some(send) = notice(task, &member.id, news) {
                self.commands.notify(&task.tenant, &cause, send).await?;
            }
        }
        match &self.post {
            Some(post) if recipients.mail => post.mail(&task.tenant, &members, &cause, news).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Who is named, by itself or by its role, and active.
    async fn members(
        &self,
        tenant: &Tenant,
        recipients: &Recipients,
    ) -> Result<Vec<DocumentRow>, RulesError> {
        let mut tx = self.read.begin(tenant, &[ModelName::Members]).await?;
        let mut found = Vec::new();
        if !recipients.roles.is_empty() {
            let roles = recipients.roles.iter().map(|role: &Role| role.as_str());
            let filter = DocumentFilter {
                equal: vec![("status", "active".to_owned())],
                one_of: vec![("role", roles.collect())],
                limit: MOST,
                ..DocumentFilter::default()
            };
            found = documents::list(&mut tx, ModelName::Members, &filter)
                .await?
                .items;
        }
        for id in &recipients.members {
            if found.iter().any(|row| row.id == *id) {
                continue;
            }
            let row = documents::get(&mut tx, ModelName::Members, id).await?;
            let active =
                |row: &DocumentRow| row.body.get("status").is_some_and(|is| is == "active");
            found.extend(row.filter(active));
        }
        Ok(found)
    }
}

/// A notification; `None` where the texts are none, which the rule's own limits rule out.
fn notice(task: &Task, person: &str, news: &News<'_>) -> Option<Send> {
    let title = if news.escalated {
        let title = format!("Not acknowledged: {}", news.words.title);
        title.chars().take(200).collect()
    } else {
        news.words.title.clone()
    };
    Some(Send {
        user_id: Line::parse(person).ok()?,
        kind: Token::parse("alert").ok()?,
        title: Line::parse(&title).ok()?,
        message: Detail::parse(&news.words.message).ok(),
        data: json!({
            "alertId": news.alert_id, "ruleId": task.rule, "severity": news.words.severity,
            "escalated": news.escalated,
        })
        .as_object()
        .cloned(),
    })
}

impl Post {
    async fn mail(
        &self,
        tenant: &Tenant,
        members: &[DocumentRow],
        cause: &str,
        news: &News<'_>,
    ) -> Result<(), RulesError> {
        let mut people = Vec::with_capacity(members.len());
        let mut fields = Vec::with_capacity(members.len());
        for member in members {
            let sealed = member.body.get("email").and_then(Value::as_str);
            let (Ok(subject), Some(sealed)) = (member.id.parse::<Uuid>(), sealed) else {
                continue;
            };
            people.push(subject);
            fields.push(Field {
                subject,
                name: "email",
                sealed,
            });
        }
        let addresses = self.vault.open_fields(tenant, &fields).await?;
        for (person, address) in people.into_iter().zip(addresses) {
            // Erased meanwhile: there is nobody to tell.
            let Some(address) = address else { continue };
            let id = Uuid::new_v5(&tenant.id(), format!("mail/{person}/{cause}").as_bytes());
            if let Err(error) = self.put(id, &address, news).await {
                tracing::warn!(organization = %tenant, %error, "an alert can't be mailed");
            }
        }
        Ok(())
    }

    async fn put(&self, id: Uuid, address: &str, news: &News<'_>) -> Result<(), MailError> {
        let mail = Mail {
            to: Recipient::new(address, None)?,
            kind: MailKind::Alert {
                title: news.words.title.clone(),
                message: news.words.message.clone(),
                escalated: news.escalated,
            },
            language: Language::default(),
        };
        self.outbox.put(id, &mail).await.map(|_| ())
    }
}
