//! Signing in, where frontends look for it. A body that says nothing is refused before anything else
//! is.

use serde_json::json;

use super::Foreign::Nobodys;
use super::{Case, Needs, USER, VIEWER, case};

pub fn cases() -> Vec<Case> {
    const SHARED: [(&str, &str, Needs); 15] = [
        ("post", "change-email", VIEWER),
        ("post", "register", Needs::Nothing),
        ("post", "login", Needs::Nothing),
        ("post", "logout", VIEWER),
        ("post", "refresh", Needs::Nothing),
        ("get", "me", VIEWER),
        ("get", "verify", VIEWER),
        ("post", "change-password", VIEWER),
        ("post", "forgot-password", Needs::Nothing),
        ("post", "reset-password", Needs::Nothing),
        ("post", "verify-email", Needs::Nothing),
        ("post", "2fa/setup", VIEWER),
        ("post", "2fa/verify", Needs::Nothing),
        ("post", "2fa/disable", VIEWER),
        ("get", "sessions", VIEWER),
    ];
    const CANONICAL: [(&str, &str, Needs); 10] = [
        ("put", "profile", VIEWER),
        ("post", "api-keys", USER),
        ("get", "api-keys", USER),
        ("delete", "api-keys/{id}", USER),
        ("post", "refresh-token", Needs::Nothing),
        ("get", "organizations", VIEWER),
        ("post", "switch-organization", VIEWER),
        ("post", "accept-invitation", VIEWER),
        ("delete", "sessions/{id}", VIEWER),
        ("delete", "sessions", VIEWER),
    ];
    let below = |prefix: &'static str| {
        move |(method, path, needs): (&'static str, &'static str, Needs)| {
            let path: &'static str = format!("{prefix}/{path}").leak();
            // A person's own, whatever its organization; `people.rs` tries another person's.
            case(method, path, needs, Nobodys, json!({"unknown": 1}))
        }
    };
    let canonical = SHARED
        .into_iter()
        .chain(CANONICAL)
        .map(below("/api/v1/auth"));
    canonical
        .chain(SHARED.into_iter().map(below("/auth")))
        .collect()
}
