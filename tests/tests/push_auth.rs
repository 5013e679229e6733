//! Who is let in, and for how long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use std::time::Duration;

use chrono::TimeDelta;
use flowgrid_api::push::PushConfig;
use flowgrid_bus::Role;
use push_common::{Client, Push};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_comes_in_by_header_subprotocol_or_first_message() {
    let push = Push::with_defaults().await;
    let address = push.process.address;
    let token = push.token("anna", "acme", Role::Viewer);

    let basic = {
        use base64::Engine;
        let plain = format!("Bearer {token}");
        format!(
            "Basic {}",
            base64::engine::general_purpose::STANDARD.encode(plain)
        )
    };
    let mut client = Client::with_headers(address, &[("authorization", &basic)])
        .await
        .unwrap();
    client.subscribe(1, "buildings").await;

    // The client library refuses a handshake that doesn't echo the subprotocol.
    let protocol = format!("bearer.{token}");
    let headers = [("sec-websocket-protocol", protocol.as_str())];
    let mut client = Client::with_headers(address, &headers).await.unwrap();
    client.subscribe(1, "buildings").await;

    let mut client = Client::stranger(address).await;
    client.say(json!({"type": "auth", "token": token})).await;
    assert_eq!(client.hear().await["type"], "authenticated");
    client.subscribe(1, "buildings").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_let_in() {
    let push = Push::with_defaults().await;
    let address = push.process.address;
    let refused =
        async |headers: &[(&'static str, &str)]| Client::with_headers(address, headers).await.err();
    assert_eq!(refused(&[("authorization", "Bearer x")]).await, Some(401));
    assert_eq!(refused(&[("authorization", "Basic x")]).await, Some(401));
    assert_eq!(
        refused(&[("sec-websocket-protocol", "bearer.x")]).await,
        Some(401)
    );
    let operator = flowgrid_api::auth::Grant::operator("ops", TimeDelta::hours(1));
    let operator = format!("Bearer {}", push.tokens.issue(&operator).unwrap());
    assert_eq!(refused(&[("authorization", &operator)]).await, Some(403));
    let url = format!("ws://{address}/ws?ticket=abc");
    assert_eq!(Client::at(&url, &[]).await.err(), Some(422));

    for message in [
        json!({"type": "auth", "token": "x"}),
        json!({"type": "subscribe", "id": 1, "channel": "buildings"}),
    ] {
        let mut client = Client::stranger(address).await;
        client.say(message).await;
        assert_eq!(client.hear().await["type"], "error");
        assert_eq!(client.closed().await, 4001);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stranger_has_to_go() {
    let push = Push::start(PushConfig {
        auth_wait: Duration::from_millis(200),
        ..PushConfig::default()
    })
    .await;
    let mut client = Client::stranger(push.process.address).await;
    assert_eq!(client.closed().await, 4001);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lives_as_long_as_its_token_unless_it_is_renewed() {
    let push = Push::with_defaults().await;
    let short = || push.token_for("anna", "acme", Role::Viewer, TimeDelta::seconds(2));
    let mut ends = Client::bearer(push.process.address, &short()).await;
    let mut stays = Client::bearer(push.process.address, &short()).await;
    let token = push.token("anna", "acme", Role::Viewer);
    stays.say(json!({"type": "auth", "token": token})).await;
    assert_eq!(stays.hear().await["type"], "authenticated");
    assert_eq!(ends.hear().await["code"], "token-expired");
    assert_eq!(ends.closed().await, 4001);
    stays.subscribe(1, "buildings").await;
    push.building("acme", "rathaus", 0).await;
    assert_eq!(stays.hear().await["type"], "event");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_same_person_may_renew() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    for (person, org) in [("bert", "acme"), ("anna", "other")] {
        let token = push.token(person, org, Role::Viewer);
        client.say(json!({"type": "auth", "token": token})).await;
        assert_eq!(client.hear().await["code"], "forbidden");
    }
    client.say(json!({"type": "auth", "token": "x"})).await;
    assert_eq!(client.hear().await["code"], "token-invalid");
    client.subscribe(1, "buildings").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_role_ends_what_it_may_no_longer_see() {
    let push = Push::with_defaults().await;
    let token = push.token("max", "acme", Role::Manager);
    let mut client = Client::bearer(push.process.address, &token).await;
    client.subscribe(1, "subject:alert.*.withdrawn").await;
    client.subscribe(2, "alerts").await;
    let lower = push.token("max", "acme", Role::Viewer);
    client.say(json!({"type": "auth", "token": lower})).await;
    let ended = client.hear().await;
    assert_eq!(ended["id"], 1);
    assert_eq!(ended["code"], "forbidden");
    assert_eq!(ended["ended"], true);
    assert_eq!(client.hear().await["type"], "authenticated");
    let withdrawn = json!({"severity": "low"});
    push.append("acme", "alert", "a", 0, "withdrawn", withdrawn)
        .await;
    push.alert("acme", "b", "low", "rathaus").await;
    assert_eq!(client.hear().await["event"], "alert.raised");
}
