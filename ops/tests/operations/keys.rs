//! `rotate-jwt-secret.md`: from a shared secret to Ed25519 keys, and from one of them to the next.

use std::path::{Path, PathBuf};

use flowgrid_stack::Stack;
use serde_json::Value;

use crate::fleet::{Fleet, Settings};
use crate::http::{Addresses, Client};
use crate::ledger::holds_all_of;
use crate::load::{Load, headers};

/// The status of a query with this token, from each process.
fn asked(apis: &Addresses, bearer: &str) -> Vec<u16> {
    let line = "GET /api/v1/citypulse/buildings";
    let ask = |at| Client::new(apis, at).send(line, &headers(bearer, "none"), "");
    (0..2).map(|at| ask(at).unwrap().status).collect()
}

/// How many keys each process publishes.
fn published(apis: &Addresses) -> Vec<usize> {
    let ask = |at| Client::new(apis, at).send("GET /.well-known/jwks.json", "", "");
    let number = |at| {
        let set: Value = serde_json::from_str(&ask(at).unwrap().body).unwrap();
        set["keys"].as_array().unwrap().len()
    };
    (0..2).map(number).collect()
}

/// Whether its head is `{"typ":"JWT","alg":"HS256"}`.
fn is_by_secret(token: &str) -> bool {
    token.starts_with("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.")
}

/// `flowgrid keys new`, and where it has put it.
fn new_key(settings: &Settings) -> PathBuf {
    let said = settings.must(&["keys", "new"]);
    PathBuf::from(said.lines().next().unwrap())
}

/// It is its turn to sign.
fn promote(next: &Path) -> PathBuf {
    let name = next.to_str().unwrap().strip_suffix(".next.pem").unwrap();
    let signs = PathBuf::from(format!("{name}.pem"));
    std::fs::rename(next, &signs).unwrap();
    signs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn keys_take_a_secrets_place_and_each_others_without_a_refusal() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let mut settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let roles: &[&[&str]] = &[&["relay"], &["project"], &["api"], &["api"]];
    let mut fleet = Fleet::start(&settings, roles);
    let of_secret = settings.token("acme");
    let load = Load::start("keys", 2, &fleet.apis, &of_secret);
    load.more(5).await;
    assert_eq!(published(&fleet.apis), [0, 0]);

    let folder = PathBuf::from(settings.get("FLOWGRID_STATE")).join("keys");
    settings.set("JWT_KEYS_DIR", folder.to_str().unwrap());
    let first = new_key(&settings);
    tokio::task::block_in_place(|| fleet.roll(&settings, "api"));
    assert_eq!(published(&fleet.apis), [1, 1]);
    assert!(is_by_secret(&settings.token("acme")));

    let first = promote(&first);
    // Whoever signs with it already is understood by those that were not restarted yet.
    let of_first = settings.token("acme");
    assert!(!is_by_secret(&of_first));
    assert_eq!(asked(&fleet.apis, &of_first), [200, 200]);
    tokio::task::block_in_place(|| fleet.roll(&settings, "api"));
    load.more(5).await;
    holds_all_of(settings.database(), &load.stop().await).await;

    settings.set("JWT_SECRET", "");
    let second = new_key(&settings);
    tokio::task::block_in_place(|| fleet.roll(&settings, "api"));
    assert_eq!(asked(&fleet.apis, &of_secret), [401, 401]);
    promote(&second);
    let of_second = settings.token("acme");
    assert_eq!(asked(&fleet.apis, &of_second), [200, 200]);
    assert_eq!(asked(&fleet.apis, &of_first), [200, 200]);
    std::fs::remove_file(first).unwrap();
    tokio::task::block_in_place(|| fleet.roll(&settings, "api"));
    assert_eq!(asked(&fleet.apis, &of_first), [401, 401]);
    assert_eq!(asked(&fleet.apis, &of_second), [200, 200]);
    assert_eq!(published(&fleet.apis), [1, 1]);
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}
