//! `rotate-master-keys.md`: people stay signed in and themselves while what they are sealed under is
//! replaced.

use flowgrid_stack::Stack;
use serde_json::{Value, json};

use crate::fleet::{Fleet, MASTER_KEY, Settings};
use crate::http::{Addresses, Client};

const NEXT_KEY: &str = "k2:0f0e0d0c0b0a09080706050403020100f1e1d1c1b1a191817161514131211101";
const PASSWORD: &str = "correct horse battery staple";

/// The answer of one process to a request with a body.
fn ask(apis: &Addresses, at: usize, path: &str, body: &Value) -> (u16, Value) {
    let line = format!("POST /api/v1/auth/{path}");
    let answer = Client::new(apis, at).send(&line, "", &body.to_string());
    let answer = answer.unwrap();
    let body = serde_json::from_str(&answer.body).unwrap_or_default();
    (answer.status, body)
}

fn register(apis: &Addresses, at: usize, name: &str) -> Value {
    let person =
        json!({"email": format!("{name}@example.org"), "password": PASSWORD, "name": name});
    let (status, body) = ask(apis, at, "register", &person);
    assert_eq!(status, 201, "{body}");
    body
}

fn login(apis: &Addresses, at: usize, name: &str) -> Value {
    let person = json!({"email": format!("{name}@example.org"), "password": PASSWORD});
    let (status, body) = ask(apis, at, "login", &person);
    assert_eq!(status, 200, "{body}");
    body
}

fn refresh(apis: &Addresses, at: usize, session: &Value) -> (u16, Value) {
    let token = json!({"refreshToken": session["refreshToken"]});
    ask(apis, at, "refresh", &token)
}

/// Both processes know who it is.
fn is_known(apis: &Addresses, session: &Value, name: &str) {
    let headers = format!(
        "Authorization: Bearer {}\r\n",
        session["accessToken"].as_str().unwrap()
    );
    for at in 0..2 {
        let answer = Client::new(apis, at).send("GET /api/v1/auth/me", &headers, "");
        let body: Value = serde_json::from_str(&answer.unwrap().body).unwrap();
        assert_eq!(
            body["user"]["email"],
            format!("{name}@example.org"),
            "{body}"
        );
    }
}

fn roll(fleet: &mut Fleet, settings: &mut Settings, master_keys: &str) {
    settings.set("MASTER_KEYS", master_keys);
    tokio::task::block_in_place(|| fleet.roll(settings, "api"));
}

fn rewrapped(settings: &Settings) -> String {
    let said = settings.must(&["keys", "rewrap"]);
    said.lines().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_master_key_takes_another_ones_place_and_nobody_notices() {
    let stack = Stack::ephemeral(|_| {}).await.unwrap();
    let mut settings = Settings::of(&stack);
    settings.must(&["migrate"]);
    let roles: &[&[&str]] = &[&["relay"], &["project"], &["api"], &["api"]];
    let mut fleet = Fleet::start(&settings, roles);
    let apis = fleet.apis.clone();
    let anna = register(&apis, 0, "anna");
    let elsewhere = login(&apis, 1, "anna");
    is_known(&apis, &anna, "anna");

    roll(
        &mut fleet,
        &mut settings,
        &format!("{MASTER_KEY},{NEXT_KEY}"),
    );
    let (status, anna) = refresh(&apis, 1, &anna);
    assert_eq!(status, 200, "{anna}");
    roll(
        &mut fleet,
        &mut settings,
        &format!("{NEXT_KEY},{MASTER_KEY}"),
    );
    let ben = register(&apis, 0, "ben");
    is_known(&apis, &ben, "ben");
    let (status, anna) = refresh(&apis, 0, &anna);
    assert_eq!(status, 200, "{anna}");

    // The key of the indexes, and of what is known of her here and everywhere.
    let said = rewrapped(&settings);
    assert!(said.ends_with("keys sealed anew under k2"), "{said}");
    assert!(!said.starts_with("0 "), "{said}");
    assert_eq!(rewrapped(&settings), "0 keys sealed anew under k2");

    roll(&mut fleet, &mut settings, NEXT_KEY);
    is_known(&apis, &anna, "anna");
    is_known(&apis, &ben, "ben");
    assert_eq!(refresh(&apis, 1, &anna).0, 200);
    // That session was not refreshed in time.
    assert_eq!(refresh(&apis, 1, &elsewhere).0, 401);
    is_known(&apis, &login(&apis, 1, "anna"), "anna");
    tokio::task::block_in_place(|| fleet.stop());
    stack.stop().await.unwrap();
}
