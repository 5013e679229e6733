//! Who may erase people.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::sign_in::identify;
use super::{Access, Admin, AppState, Operator, Viewer};
use crate::auth::Principal;
use crate::error::ApiError;

/// What a caller may erase, by whose id the path names.
pub enum EraseRight {
    /// One's own id: any member.
    Oneself(Access<Viewer>),
    /// Another id: admins, within their organization.
    Member(Access<Admin>),
    /// The platform's operators: anybody, everywhere.
    Anybody(Operator),
}

impl FromRequestParts<AppState> for EraseRight {
    type Rejection = ApiError;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        let id = id.map_err(|_| ApiError::NotFound)?.0;
        // Only looked at here: who it is, is checked and counted by what follows.
        match identify(parts, state).await.as_deref() {
            Ok(Principal::Operator { .. }) => Operator::from_request_parts(parts, state)
                .await
                .map(Self::Anybody),
            Ok(Principal::Member(member)) if *id == *member.subject => {
                Access::from_request_parts(parts, state)
                    .await
                    .map(Self::Oneself)
            }
            Ok(Principal::Member(_)) | Err(_) => Access::from_request_parts(parts, state)
                .await
                .map(Self::Member),
        }
    }
}
