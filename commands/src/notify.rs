//! Telling a person of an organization something, once for each cause.

use flowgrid_bus::{Role, Tenant};
use flowgrid_domain::Rejection;
use flowgrid_domain::notifications::{Notification, NotificationCommand, Send};
use uuid::Uuid;

use crate::{Caller, CommandError, Commands, Request};

/// Who sends what nobody asked for.
const ACTOR: &str = "flowgrid";

impl Commands {
    /// Tells somebody. `cause` is what it follows from, such as an event's id: of one cause a person
    /// is told once, however often and by however many processes this is called. Answers whether this
    /// was the first time.
    ///
    /// # Errors
    /// See [`CommandError`]. Calling again is safe.
    pub async fn notify(
        &self,
        tenant: &Tenant,
        cause: &str,
        send: Send,
    ) -> Result<bool, CommandError> {
        let caller = Caller {
            tenant: tenant.clone(),
            actor: ACTOR.to_owned(),
            role: Role::Admin,
            request_id: None,
            traceparent: None,
            frontend: None,
        };
        let request = Request {
            id: id_of(tenant, send.user_id.as_str(), cause),
            command: NotificationCommand::Send(send),
            if_match: None,
            idempotency: None,
            status: 201,
            follow_claim: false,
        };
        match self.execute::<Notification>(&caller, request).await {
            Ok(_) => Ok(true),
            Err(CommandError::Rejected(Rejection::AlreadyExists { .. })) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The same for the same person and cause, in every process.
fn id_of(tenant: &Tenant, person: &str, cause: &str) -> String {
    // A person's id has no slash.
    let name = format!("notification/{person}/{cause}");
    Uuid::new_v5(&tenant.id(), name.as_bytes()).to_string()
}
