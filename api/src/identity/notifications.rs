//! What a person is told, and that it has seen it.

use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::{Outcome, OutcomeKind};
use flowgrid_domain::notifications::{Notification, NotificationCommand, Send};
use flowgrid_domain::values::{Line, Token};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Identity;
use crate::error::ApiError;
use crate::request::Conditions;

/// How many are marked at the same time: enough to share one write of the log.
const AT_ONCE: usize = 32;

/// Something that a member should know. It stands in an event: no name and no address is in it.
pub(super) struct News<'a> {
    /// What it follows from: of one cause a person is told once.
    pub cause: &'a str,
    /// From an open list.
    pub kind: &'static str,
    pub title: &'a str,
    /// Ids that lead there.
    pub data: Value,
}

impl Identity {
    /// Tells a member that it has another role. `revision` is that of the change: told again of the
    /// same, it hears of it once.
    ///
    /// # Errors
    /// When the log can't be written.
    pub async fn tell_role(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        revision: u64,
    ) -> Result<(), ApiError> {
        let news = News {
            cause: &format!("role-changed/{revision}"),
            kind: "role-changed",
            title: &format!("Your role is now {}", role.as_str()),
            data: json!({"role": role}),
        };
        self.tell(tenant, &person.to_string(), news).await
    }

    /// Tells a member of an organization. Whoever is interrupted may tell again.
    ///
    /// # Errors
    /// When the log can't be written.
    pub(super) async fn tell(
        &self,
        tenant: &Tenant,
        person: &str,
        news: News<'_>,
    ) -> Result<(), ApiError> {
        let send = Send {
            user_id: Line::parse(person).map_err(ApiError::internal)?,
            kind: Token::parse(news.kind).map_err(ApiError::internal)?,
            title: Line::parse(news.title).map_err(ApiError::internal)?,
            message: None,
            data: news.data.as_object().cloned(),
        };
        self.commands.notify(tenant, news.cause, send).await?;
        Ok(())
    }

    /// Marks one of a person's own notifications as read. Again, it is nothing to do.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] where there is none of this id, or it is another person's.
    pub async fn read_notification(
        &self,
        person: Uuid,
        tenant: &Tenant,
        id: String,
        conditions: Conditions,
    ) -> Result<Outcome<Notification>, ApiError> {
        let loaded = self.load::<Notification>(tenant, &id).await?;
        let own = loaded.is_some_and(|one| one.state.is_for(&person.to_string()));
        if !own {
            return Err(ApiError::NotFound);
        }
        let read = NotificationCommand::MarkRead { at: self.now() };
        self.execute_on(tenant, person, id, read, conditions).await
    }

    /// Marks these of a person's own as read; answers those that were not.
    ///
    /// # Errors
    /// When the log can't be written. Some may be marked by then; doing it again marks the rest.
    pub async fn read_notifications(
        &self,
        person: Uuid,
        tenant: &Tenant,
        ids: Vec<String>,
    ) -> Result<Vec<Outcome<Notification>>, ApiError> {
        let mark = |id| self.read_notification(person, tenant, id, Conditions::default());
        stream::iter(ids.into_iter().map(mark))
            .buffer_unordered(AT_ONCE)
            .try_filter(|outcome| std::future::ready(outcome.kind == OutcomeKind::Executed))
            .try_collect()
            .await
    }
}
