//! Signing out.

use axum::http::StatusCode;
use axum::response::Response;
use flowgrid_domain::sessions::EndReason;
use serde_json::json;

use crate::answer::json as answer;
use crate::context::{Access, Viewer, Visitor};
use crate::document::CommandFailures;
use crate::error::ApiError;
use crate::identity::forget_cookie;

/// End this session: its tokens are good for nothing within a second, on every process.
#[utoipa::path(
    post,
    path = "/logout",
    tag = "auth",
    responses((status = 200, description = "Signed out", body = Object), CommandFailures)
)]
pub async fn logout(access: Access<Viewer>, visitor: Visitor) -> Result<Response, ApiError> {
    if let (Ok(person), Some(session)) = (access.person(), access.session()) {
        let ended = visitor
            .identity()
            .end_session(person, session, EndReason::Logout)
            .await;
        match ended {
            Ok(()) | Err(ApiError::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let mut response = answer(StatusCode::OK, &json!({"success": true}))?;
    forget_cookie(&mut response)?;
    Ok(response)
}
