//! The bodies of commands to integrations, as the document shows them. They are read by the domain.

use std::collections::BTreeMap;

use flowgrid_domain::integrations::{Scheme, TestMethod};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A service to connect.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct IntegrationInput {
    /// From an open list.
    #[schema(example = "github", max_length = 63)]
    service: String,
    /// The service's when absent.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Where the service is: http or https, without a user, a query or a fragment. Only public addresses
    /// are called, unless the operator allows others.
    #[schema(example = "https://api.github.com", max_length = 2000)]
    base_url: Option<String>,
    /// What a test adds to it.
    #[schema(example = "/user", max_length = 500)]
    test_path: Option<String>,
    /// `get` when absent.
    test_method: Option<TestMethod>,
    /// How credentials are sent. When absent, as a bearer token where there is a token or key, as Basic
    /// where there are username and password.
    scheme: Option<Scheme>,
    /// For the scheme `header`; `x-api-key` when absent.
    #[schema(max_length = 100)]
    header: Option<String>,
    /// What frontends keep with it; at most 8 KB. Nothing in it may be named like a secret.
    #[schema(value_type = Option<Object>)]
    settings: Option<Map<String, Value>>,
    /// Texts by name: `token`, `apiKey`, or `username` and `password`; `url` for an address that is a
    /// secret itself, as a webhook's is. At most 20, together 16 KB. Kept encrypted, never shown.
    #[schema(example = json!({"token": "ghp_…"}))]
    credentials: Option<BTreeMap<String, String>>,
}

/// What becomes different about an integration.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only describes requests")]
pub struct IntegrationChangeInput {
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// `active` or `inactive`.
    #[schema(nullable = false)]
    status: Option<String>,
    /// Another host, port or scheme needs the credentials again (422 `credentials-needed`).
    #[schema(max_length = 2000)]
    base_url: Option<String>,
    #[schema(max_length = 500)]
    test_path: Option<String>,
    #[schema(nullable = false)]
    test_method: Option<TestMethod>,
    scheme: Option<Scheme>,
    #[schema(max_length = 100)]
    header: Option<String>,
    /// All of them, in place of those before.
    #[schema(value_type = Object, required = false)]
    settings: Option<Map<String, Value>>,
    /// All of them, in place of those before; null destroys them.
    credentials: Option<BTreeMap<String, String>>,
}
