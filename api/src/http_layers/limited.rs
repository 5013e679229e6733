//! How often callers may ask: which limit a request falls under, and the headers that tell of it.
//!
//! Somebody who is signed in is counted where the token is checked ([`crate::context`]), a stranger
//! here.

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::inner::inner;
use super::spelling;
use crate::context::AppState;
use crate::error::ApiError;
use crate::limits::{Class, Decision, Meter, caller_address};

/// Which limits a path falls under; `None` where nothing is counted.
struct Rule {
    signed_in: Class,
    /// Handlers that take passwords and codes count strangers themselves.
    strangers: bool,
}

/// Probes, documents, keys, and the sockets, which have limits of their own.
const EXEMPT: &[&str] = &[
    "/health",
    "/metrics",
    "/api-docs",
    "/docs",
    "/openapi.json",
    "/asyncapi.json",
    "/.well-known/",
    "/ws",
    "/socket.io",
    "/dev/",
];

fn rule(path: &str) -> Option<Rule> {
    if EXEMPT.iter().any(|exempt| path.starts_with(exempt)) {
        return None;
    }
    let rest = path.strip_prefix("/api/v1/").unwrap_or_else(|| {
        let alias = path.strip_prefix("/api/");
        alias.unwrap_or_else(|| path.trim_start_matches('/'))
    });
    let under = |area: &str| rest.split('/').next() == Some(area);
    let signed_in = if rest.ends_with("/search") {
        Class::Search
    } else if rest.ends_with("/avatar") {
        Class::Uploads
    } else if under("ai") {
        Class::Ai
    } else if under("swarm") {
        Class::Swarm
    } else {
        Class::Rest
    };
    Some(Rule {
        signed_in,
        strangers: !under("auth"),
    })
}

/// Around the handlers and what is next to them.
pub async fn limited(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let limits = state.limits();
    let rule = rule(request.uri().path());
    let Some(rule) = rule.filter(|_| limits.are_on()) else {
        return inner(&state, request, next).await;
    };
    let class = match rule.signed_in {
        // An avatar is only read here.
        Class::Uploads if request.method().is_safe() => Class::Rest,
        class => class,
    };
    let proxies = &state.config().trusted_proxies;
    let address = caller_address(request.extensions(), request.headers(), proxies);
    let meter = Meter::new(limits, class, address);
    let snake = spelling::wants_snake(request.headers());
    if rule.strangers
        && !has_credentials(request.headers())
        && let Err(decision) = meter.stranger()
    {
        return refuse(decision, snake).await;
    }
    request.extensions_mut().insert(meter.clone());
    let mut response = inner(&state, request, next).await;
    // Credentials that nobody looked at make nobody a member.
    if rule.strangers
        && let Err(decision) = meter.stranger()
        && response.status() != StatusCode::TOO_MANY_REQUESTS
    {
        return refuse(decision, snake).await;
    }
    // A handler that counted by itself has said it already.
    if let Some(decision) = meter.told()
        && !Decision::is_told(response.headers())
    {
        decision.tell(response.headers_mut());
    }
    response
}

async fn refuse(decision: Decision, snake: bool) -> Response {
    let response = ApiError::TooMany(decision).into_response();
    if snake {
        return spelling::turn(response).await;
    }
    response
}

fn has_credentials(headers: &HeaderMap) -> bool {
    headers.contains_key(AUTHORIZATION) || headers.contains_key("x-api-key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_its_limit() {
        let class = |path| rule(path).map(|rule| (rule.signed_in, rule.strangers));
        let counted = |class| Some((class, true));
        assert_eq!(class("/api/v1/citypulse/buildings"), counted(Class::Rest));
        assert_eq!(class("/api/v1/ai/chat"), counted(Class::Ai));
        assert_eq!(class("/api/v1/aid"), counted(Class::Rest));
        assert_eq!(class("/api/v1/swarm/tasks/7"), counted(Class::Swarm));
        assert_eq!(
            class("/api/v1/conversations/search"),
            counted(Class::Search)
        );
        assert_eq!(class("/api/v1/users/avatar"), counted(Class::Uploads));
        assert_eq!(class("/api/grid/metrics"), counted(Class::Rest));
        assert_eq!(class("/nowhere"), counted(Class::Rest));
        for path in ["/api/v1/auth/login", "/auth/login"] {
            assert_eq!(class(path), Some((Class::Rest, false)));
        }
        for path in [
            "/health/live",
            "/metrics",
            "/openapi.json",
            "/.well-known/jwks.json",
            "/ws",
        ] {
            assert_eq!(class(path), None, "{path}");
        }
    }
}
