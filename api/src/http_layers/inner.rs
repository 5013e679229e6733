//! The innermost layer: catches panics, knows repeats, turns the spelling of answers, and answers 304.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use super::{conditional, repeated, spelling};
use crate::context::{AppState, Asked, Witness};
use crate::error::ApiError;

pub async fn inner(state: &AppState, mut request: Request, next: Next) -> Response {
    let condition = conditional::asked(&request);
    let snake = spelling::wants_snake(request.headers());
    let witness = Witness::default();
    let asked = Asked::of(&request, state);
    request.extensions_mut().insert(witness.clone());
    let response = repeated::once(state, request, |request| caught(request, next)).await;
    witness.tell(state, &asked, &response);
    let response = match condition {
        Some(known) => conditional::answer(response, &known),
        None => response,
    };
    if snake {
        spelling::turn(response).await
    } else {
        response
    }
}

/// Whatever a handler held is dropped with its future; nothing half-done outlives it.
async fn caught(request: Request, next: Next) -> Response {
    let run = AssertUnwindSafe(next.run(request)).catch_unwind();
    match run.await {
        Ok(response) => response,
        Err(panic) => ApiError::internal(text(&*panic)).into_response(),
    }
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!("panic: {}", text.unwrap_or_default())
}
