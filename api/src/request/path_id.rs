//! The id in a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use crate::error::ApiError;

/// The one id in the path. What can't be an id names nothing, so it is not found.
pub struct PathId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NotFound)?;
        if is_id(&id) {
            Ok(Self(id))
        } else {
            Err(ApiError::NotFound)
        }
    }
}

/// A slug, which a UUID is as well.
pub fn is_id(text: &str) -> bool {
    flowgrid_domain::values::Slug::parse(text).is_ok()
}
