//! The contract's conversation, from handshake to unsubscribing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use flowgrid_bus::Role;
use push_common::{Client, Push, position};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_hears_what_happens() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    let answer = client.subscribe(1, "buildings").await;
    assert_eq!(answer["id"], 1);
    assert_eq!(answer["channel"], "buildings");
    assert!(answer.get("recovered").is_none());

    let at = push.building("acme", "rathaus", 0).await;
    let event = client.hear().await;
    assert_eq!(event["type"], "event");
    assert_eq!(event["id"], 1);
    assert_eq!(event["channel"], "buildings");
    assert_eq!(event["event"], "building.registered");
    assert_eq!(position(&event, "position"), at);
    assert_eq!(event["aggregateId"], "rathaus");
    assert_eq!(event["revision"], 1);
    assert_eq!(event["data"], json!({"name": "rathaus 0"}));

    client.say(json!({"type": "unsubscribe", "id": 1})).await;
    assert_eq!(client.hear().await["type"], "unsubscribed");
    let at = push.building("acme", "rathaus", 1).await;
    push.reaches(at.n).await;
    client.silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_channel_carries_its_own() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    let channels = [
        "buildings",
        "building:rathaus",
        "alerts",
        "alerts:critical",
        "subject:*.*.raised",
    ];
    for (id, channel) in channels.iter().enumerate() {
        client.subscribe(id as u64, channel).await;
    }
    let heard = async |client: &mut Client, count: usize| {
        let mut channels = Vec::new();
        for _ in 0..count {
            channels.push(client.hear().await["channel"].as_str().unwrap().to_owned());
        }
        channels.sort();
        channels
    };
    push.building("acme", "rathaus", 0).await;
    assert_eq!(
        heard(&mut client, 2).await,
        ["building:rathaus", "buildings"]
    );
    push.building("acme", "schule", 0).await;
    assert_eq!(heard(&mut client, 1).await, ["buildings"]);
    push.alert("acme", "a1", "low", "rathaus").await;
    assert_eq!(
        heard(&mut client, 3).await,
        ["alerts", "building:rathaus", "subject:*.*.raised"]
    );
    push.alert("acme", "a2", "critical", "schule").await;
    assert_eq!(
        heard(&mut client, 3).await,
        ["alerts", "alerts:critical", "subject:*.*.raised"]
    );
    client.silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_and_hidden_events_are_silence() {
    let push = Push::with_defaults().await;
    let mut other = push.viewer("other").await;
    other.subscribe(1, "buildings").await;
    other.subscribe(2, "building:rathaus").await;
    other.subscribe(3, "subject:>").await;
    let mut viewer = push.viewer("acme").await;
    viewer.subscribe(1, "alerts").await;
    let token = push.token("max", "acme", Role::Manager);
    let mut manager = Client::bearer(push.process.address, &token).await;
    manager.subscribe(1, "alerts").await;

    push.building("acme", "rathaus", 0).await;
    let payload = json!({"severity": "low", "by": "max"});
    let at = push
        .append("acme", "alert", "a1", 0, "withdrawn", payload)
        .await;
    assert_eq!(manager.hear().await["event"], "alert.withdrawn");
    push.reaches(at.n).await;
    viewer.silence().await;
    other.silence().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_are_answered_by_name_and_cost_nothing() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    client.subscribe(1, "buildings").await;
    for (message, code) in [
        (
            json!({"type": "subscribe", "id": 1, "channel": "alerts"}),
            "duplicate-id",
        ),
        (
            json!({"type": "subscribe", "id": 2, "channel": "grid_metrics"}),
            "unknown-channel",
        ),
        (
            json!({"type": "subscribe", "id": 2, "channel": "subject:a..b"}),
            "bad-pattern",
        ),
        (
            json!({"type": "subscribe", "id": 2, "channel": "subject:alert.*.withdrawn"}),
            "forbidden",
        ),
        (
            json!({"type": "subscribe", "id": 2, "channel": "alerts", "after": "x"}),
            "bad-position",
        ),
        (json!({"type": "subscribe", "id": 2}), "bad-message"),
        (
            json!({"type": "unsubscribe", "id": 2}),
            "unknown-subscription",
        ),
        (json!({"type": "dance", "id": 2}), "bad-message"),
    ] {
        let id = message["id"].clone();
        client.say(message).await;
        let answer = client.hear().await;
        assert_eq!(answer["type"], "error");
        assert_eq!(answer["code"], code, "{answer}");
        assert_eq!(answer["id"], id);
    }
    client.say(json!("no object")).await;
    assert_eq!(client.hear().await["code"], "bad-message");
    push.building("acme", "rathaus", 0).await;
    assert_eq!(client.hear().await["type"], "event");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_comes_once_for_each_subscription_and_ids_are_echoed() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    for id in [json!("a \"b\""), json!(-1.5)] {
        client
            .say(json!({"type": "subscribe", "id": id, "channel": "buildings"}))
            .await;
        assert_eq!(client.hear().await["id"], id);
    }
    push.building("acme", "rathaus", 0).await;
    assert_eq!(client.hear().await["id"], "a \"b\"");
    assert_eq!(client.hear().await["id"], -1.5);
    client.say(json!({"type": "ping", "id": 7})).await;
    assert_eq!(client.hear().await, json!({"type": "pong", "id": 7}));
}
