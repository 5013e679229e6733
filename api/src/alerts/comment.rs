//! Commenting on an alert.

use axum::response::Response;
use flowgrid_domain::alerts::{Alert, AlertCommand, AlertResource, read_comment};

use super::person;
use crate::answer::{Commanded, Success, commanded};
use crate::context::{Access, User};
use crate::document::{CommandFailures, CommandHeaders, CommentInput};
use crate::error::ApiError;
use crate::request::{Incoming, PathId};

/// Comment on an alert. An alert holds at most 500 comments.
#[utoipa::path(
    post,
    path = "/{id}/comments",
    tag = "alerts",
    params(("id" = String, Path), CommandHeaders),
    request_body = CommentInput,
    responses(
        (status = 200, description = "Commented", body = Success<Commanded<AlertResource>>,
            headers(("ETag" = String), ("X-Event-Position" = String))),
        CommandFailures
    )
)]
pub async fn comment_on_alert(
    access: Access<User>,
    PathId(id): PathId,
    incoming: Incoming,
) -> Result<Response, ApiError> {
    let text = read_comment(&incoming.fields()?).map_err(ApiError::Invalid)?;
    let at = access.now();
    let command = AlertCommand::Comment {
        comment_id: access.ids().uuid_v7(at).to_string(),
        by: person(&access)?,
        text,
        at,
    };
    let request = incoming.to(id, command);
    commanded(&access.execute::<Alert>("alert.comment", request).await?)
}
