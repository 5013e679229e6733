//! `X-Request-Id`: kept when it is sound, else made.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName};

use crate::context::{AppState, RequestId};
use crate::request::header_text;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest that is kept, in bytes.
const LONGEST: usize = 128;

/// The id of this request.
pub fn request_id(headers: &HeaderMap, state: &AppState) -> RequestId {
    let sound = |text: &&str| {
        !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic())
    };
    let id: Arc<str> = match header_text(headers, REQUEST_ID.as_str()).filter(sound) {
        Some(sent) => sent.into(),
        None => {
            let id = state.ids().uuid_v7(state.clock().now());
            (&*id.simple().encode_lower(&mut [0; 32])).into()
        }
    };
    RequestId(id)
}
