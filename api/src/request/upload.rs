//! A file as it comes in: as the body itself, or as the one file of a form.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use futures_util::stream;
use multer::{Multipart, parse_boundary};

use super::body::check_coding;
use super::header_text;
use super::idempotency::idempotency;
use super::incoming::Conditions;
use super::precondition::if_match;
use super::read::read_up_to;
use crate::context::AppState;
use crate::error::ApiError;

/// The largest picture, in bytes.
const LARGEST_PICTURE: usize = 2 * 1024 * 1024;
/// What a form may add to it, in bytes.
const FORM: usize = 16 * 1024;
/// Parts of a form that are looked at.
const MOST_PARTS: usize = 16;

/// A picture's bytes, whatever they are, with what the headers ask for.
pub struct Upload {
    pub bytes: Bytes,
    pub conditions: Conditions,
}

impl FromRequest<AppState> for Upload {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let if_match = if_match(&parts.headers)?;
        check_coding(&parts.headers)?;
        let kind = header_text(&parts.headers, CONTENT_TYPE.as_str()).unwrap_or_default();
        let boundary = parse_boundary(kind).ok();
        let room = boundary.as_ref().map_or(0, |_| FORM);
        let body = read_up_to(&parts, body, state, LARGEST_PICTURE + room).await?;
        let idempotency = idempotency(&parts, &body, state)?;
        let bytes = match boundary {
            Some(boundary) => file_of(body, boundary).await?,
            None => body,
        };
        if bytes.len() > LARGEST_PICTURE {
            return Err(ApiError::TooLarge {
                limit: LARGEST_PICTURE,
            });
        }
        Ok(Self {
            bytes,
            conditions: Conditions {
                if_match,
                idempotency,
            },
        })
    }
}

/// The first file of a form, whatever its field is called.
async fn file_of(form: Bytes, boundary: String) -> Result<Bytes, ApiError> {
    let mut form = Multipart::new(stream::iter([Ok::<_, std::io::Error>(form)]), boundary);
    for _ in 0..MOST_PARTS {
        let Some(part) = form.next_field().await.map_err(|_| malformed())? else {
            break;
        };
        if part.file_name().is_some() {
            return part.bytes().await.map_err(|_| malformed());
        }
    }
    Err(ApiError::Malformed {
        detail: "the form holds no file".into(),
    })
}

fn malformed() -> ApiError {
    ApiError::Malformed {
        detail: "the form can't be read".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parts: &str) -> Bytes {
        Bytes::from(parts.replace('\n', "\r\n"))
    }

    #[tokio::test]
    async fn the_first_file_of_a_form_is_taken() {
        let parts = "--x\nContent-Disposition: form-data; name=\"note\"\n\nhi\n\
            --x\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\n\nbytes\n--x--\n";
        let file = file_of(form(parts), "x".into()).await.unwrap();
        assert_eq!(file, Bytes::from_static(b"bytes"));
    }

    #[tokio::test]
    async fn a_form_without_a_file_is_refused() {
        for parts in [
            "",
            "--x",
            "--x--\n",
            "--x\nContent-Disposition: form-data; name=\"a\"\n\nhi\n--x--\n",
        ] {
            let refused = file_of(form(parts), "x".into()).await;
            assert!(
                matches!(refused, Err(ApiError::Malformed { .. })),
                "{parts}"
            );
        }
    }
}
