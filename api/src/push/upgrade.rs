//! `/ws`: the handshake, and who comes with it.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::Deserialize;

use super::config::LARGEST_MESSAGE;
use super::connection;
use super::hub::Hub;
use super::seats::Full;
use super::session::Session;
use crate::auth::{Principal, Scope};
use crate::error::ApiError;

/// Buffers of an idle connection, in bytes: the price of ten thousand of them.
const READ_BUFFER: usize = 1024;
const WRITE_BUFFER: usize = 2048;
/// How a browser hands its token over: a subprotocol, because it can't set headers.
const TOKEN_PROTOCOL: &str = "bearer.";
/// When to come back to a process that is full or going away, in seconds.
const RETRY_S: u64 = 5;

/// The native WebSocket.
pub fn routes(hub: Arc<Hub>) -> Router {
    Router::new().route("/ws", get(upgrade)).with_state(hub)
}

#[derive(Deserialize)]
struct Parameters {
    ticket: Option<String>,
    #[serde(rename = "EIO")]
    engine_io: Option<String>,
}

async fn upgrade(
    State(hub): State<Arc<Hub>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let mut socket = socket.map_err(|_| ApiError::Malformed {
        detail: "this is a WebSocket: ask for an upgrade".into(),
    })?;
    let Query(parameters) = parameters.map_err(|_| ApiError::Malformed {
        detail: "the query can't be read".into(),
    })?;
    refuse_later_ways(&parameters)?;
    let protocol = token_protocol(&socket);
    let token = match &protocol {
        Some((token, _)) => Some(Cow::Borrowed(&**token)),
        None => token_in(&headers)?,
    };
    let principal = token.map(|token| hub.tokens.verify(&token)).transpose()?;
    let member = principal.as_deref().map(admissible).transpose()?;
    if let Some(member) = member {
        let frontend = headers.get("x-frontend-source").map(HeaderValue::to_str);
        if !member.may_use(frontend.transpose().unwrap_or(Some(""))) {
            return Err(ApiError::Forbidden {
                code: "frontend-not-permitted",
                detail: "your membership does not include this frontend".into(),
            });
        }
    }
    let session = Session::open(&hub, principal.as_ref())?;
    if let Some((_, value)) = protocol {
        socket.set_selected_protocol(value);
    }
    let socket = socket
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE);
    // A task of its own: that of the handshake is larger and ends here.
    Ok(socket.on_upgrade(async move |socket| {
        tokio::spawn(connection::run(socket, session));
    }))
}

/// Ways in that are not built yet are refused by name, rather than ignored.
fn refuse_later_ways(parameters: &Parameters) -> Result<(), ApiError> {
    let refused = |code, detail: &'static str| {
        let detail = detail.into();
        Err(ApiError::Refused { code, detail })
    };
    if parameters.ticket.is_some() {
        return refused(
            "ticket-not-supported",
            "tickets are not supported yet: send the token in a header, a subprotocol or the first message",
        );
    }
    if parameters.engine_io.is_some() {
        return refused("socketio-not-supported", "Socket.IO is not supported yet");
    }
    Ok(())
}

/// The token in a subprotocol `bearer.<token>`, and what to echo.
fn token_protocol(socket: &WebSocketUpgrade) -> Option<(String, HeaderValue)> {
    socket.requested_protocols().find_map(|value| {
        let token = value.to_str().ok()?.strip_prefix(TOKEN_PROTOCOL)?;
        Some((token.to_owned(), value.clone()))
    })
}

/// `Bearer <token>`, or Basic of `Bearer <token>`, which is what `wscat --auth` sends.
fn token_in(headers: &HeaderMap) -> Result<Option<Cow<'_, str>>, ApiError> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let malformed = || ApiError::Unauthenticated {
        code: "token-invalid",
        detail: "Authorization must be Bearer <token>".into(),
    };
    let (scheme, rest) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or_else(malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(rest.trim().into()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let decoded = BASE64.decode(rest.trim()).map_err(|_| malformed())?;
    let decoded = String::from_utf8(decoded).map_err(|_| malformed())?;
    let token = decoded.strip_prefix("Bearer ").ok_or_else(malformed)?;
    Ok(Some(token.trim().to_owned().into()))
}

fn admissible(principal: &Principal) -> Result<&crate::auth::Member, ApiError> {
    let forbidden = |detail: &'static str| ApiError::Forbidden {
        code: "forbidden",
        detail: detail.into(),
    };
    let member = principal
        .member()
        .ok_or_else(|| forbidden("an operator belongs to no organization"))?;
    if !member.scopes.allow(Scope::Read) {
        return Err(forbidden("this token may not read"));
    }
    Ok(member)
}

impl From<Full> for ApiError {
    fn from(full: Full) -> Self {
        Self::Unavailable {
            code: match full {
                Full::Draining => "going-away",
                Full::Process | Full::Strangers | Full::Organization | Full::Person => {
                    "too-many-connections"
                }
            },
            detail: full.to_string().into(),
            retry_after_s: RETRY_S,
            cause: String::new(),
        }
    }
}
