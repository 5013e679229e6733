//! What a client may not do, and what happens when it can't keep up or the server goes away.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use std::time::Duration;

use flowgrid_api::push::PushConfig;
use flowgrid_bus::Role;
use flowgrid_tests::eventually;
use futures_util::SinkExt;
use push_common::{Client, Heard, Push, position};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_too_slowly_is_told_where_to_resume() {
    let push = Push::start(PushConfig {
        queue_messages: 50,
        ..PushConfig::default()
    })
    .await;
    let mut slow = push.viewer("acme").await;
    slow.subscribe(1, "buildings").await;
    slow.subscribe(2, "alerts").await;
    // More than the sockets' buffers hold.
    let text = "x".repeat(50_000);
    let mut appended = 0;
    eventually("the slow reader lags", || {
        appended += 1;
        let payload = json!({"name": text});
        let push = &push;
        async move {
            push.append("acme", "building", "b", appended - 1, "changed", payload)
                .await;
            push.process.hub.metrics().lagged.get() > 0
        }
    })
    .await;
    let mut heard = Vec::new();
    let mut resume = Vec::new();
    loop {
        match slow.next().await {
            Heard::Message(message) if message["type"] == "event" => {
                heard.push(message["revision"].as_u64().unwrap());
            }
            Heard::Message(message) => {
                assert_eq!(message["type"], "lagged");
                resume.push((message["id"].clone(), position(&message, "resume")));
            }
            Heard::Close(code) => {
                assert_eq!(code, 4008);
                break;
            }
        }
    }
    assert!(heard.windows(2).all(|two| two[0] + 1 == two[1]));
    assert_eq!(resume.len(), 2);
    assert_eq!(resume[0].0, 1);
    let last_heard = *heard.last().unwrap();
    let mut back = push.viewer("acme").await;
    let answer = back.resume(1, "buildings", &resume[0].1.to_string()).await;
    assert_eq!(answer["recovered"], true);
    for revision in last_heard + 1..=appended {
        assert_eq!(back.hear().await["revision"], revision);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_and_messages_are_limited() {
    let push = Push::start(PushConfig {
        subscriptions: 2,
        incoming_per_s: 1,
        incoming_burst: 10,
        ..PushConfig::default()
    })
    .await;
    let mut client = push.viewer("acme").await;
    client.subscribe(1, "buildings").await;
    client.subscribe(2, "buildings").await;
    client
        .say(json!({"type": "subscribe", "id": 3, "channel": "alerts"}))
        .await;
    assert_eq!(client.hear().await["code"], "too-many-subscriptions");
    client.say(json!({"type": "unsubscribe", "id": 1})).await;
    assert_eq!(client.hear().await["type"], "unsubscribed");
    client.subscribe(3, "alerts").await;
    for _ in 0..40 {
        let ping = Message::text(r#"{"type":"ping"}"#);
        if client.socket.send(ping).await.is_err() {
            break;
        }
    }
    let mut codes = Vec::new();
    let close = loop {
        match client.next().await {
            Heard::Message(message) => codes.push(message["code"].clone()),
            Heard::Close(code) => break code,
        }
    };
    assert!(codes.contains(&json!("rate-limited")));
    assert_eq!(close, 1008);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_or_no_text_closes_the_connection() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    let large = json!({"type": "ping", "padding": "x".repeat(17_000)});
    client.say(large).await;
    assert_eq!(client.closed().await, 1009);
    let mut client = push.viewer("acme").await;
    let fits = json!({"type": "ping", "padding": "x".repeat(16_000)});
    client.say(fits).await;
    assert_eq!(client.hear().await["type"], "pong");
    client
        .socket
        .send(Message::binary(b"x".to_vec()))
        .await
        .unwrap();
    assert_eq!(client.closed().await, 1003);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_are_limited_by_person_and_given_back() {
    let push = Push::start(PushConfig {
        connections_of_person: 1,
        connections_of_organization: 2,
        strangers: 1,
        ..PushConfig::default()
    })
    .await;
    let address = push.process.address;
    let come = async |person: &str, org: &str| {
        let token = format!("Bearer {}", push.token(person, org, Role::Viewer));
        Client::with_headers(address, &[("authorization", &token)]).await
    };
    let first = come("anna", "acme").await.unwrap();
    assert_eq!(come("anna", "acme").await.err(), Some(503));
    let _anna_elsewhere = come("anna", "other").await.unwrap();
    let _bert = come("bert", "acme").await.unwrap();
    assert_eq!(come("carl", "acme").await.err(), Some(503));
    let _stranger = Client::stranger(address).await;
    assert_eq!(Client::with_headers(address, &[]).await.err(), Some(503));
    drop(first);
    eventually("the seat is free again", || async {
        come("anna", "acme").await.is_ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_pings_and_drops_the_silent() {
    let push = Push::start(PushConfig {
        ping_every: Duration::from_millis(100),
        silence: Duration::from_millis(600),
        ..PushConfig::default()
    })
    .await;
    let metrics = push.process.hub.metrics();
    let mut answers = push.viewer("acme").await;
    let _never_reads = push.viewer("acme").await;
    assert_eq!(metrics.connections.get(), 2);
    let reading = tokio::spawn(async move {
        // Reading answers the pings.
        let heard = tokio::time::timeout(Duration::from_secs(2), answers.next()).await;
        assert!(heard.is_err());
        answers.silence().await;
        answers
    });
    eventually("the silent one is dropped", || async {
        metrics.connections.get() == 1
    })
    .await;
    drop(reading.await.unwrap());
    eventually("nobody is left", || async {
        metrics.connections.get() == 0
    })
    .await;
    assert_eq!(metrics.subscriptions.get(), 0);
    assert_eq!(metrics.queued.get(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_tells_everybody_and_lets_nobody_in() {
    let push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    client.subscribe(1, "buildings").await;
    let at = push.building("acme", "rathaus", 0).await;
    push.reaches(at.n).await;
    let hub = push.process.hub.clone();
    let drain = tokio::spawn(async move { hub.drain(Duration::from_secs(5)).await });
    assert_eq!(client.hear().await["type"], "event");
    let standing = client.hear().await;
    assert_eq!(standing["type"], "position");
    assert_eq!(position(&standing, "position"), at);
    let goodbye = client.hear().await;
    assert_eq!(goodbye["type"], "going-away");
    assert!(goodbye["waitMs"].as_u64().unwrap() <= 1_000, "{goodbye}");
    assert_eq!(client.closed().await, 1012);
    drain.await.unwrap();
    let token = format!("Bearer {}", push.token("anna", "acme", Role::Viewer));
    let refused = Client::with_headers(push.process.address, &[("authorization", &token)]).await;
    assert_eq!(refused.err(), Some(503));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_sent_away_to_different_moments() {
    let push = Push::with_defaults().await;
    let mut crowd = Vec::new();
    for _ in 0..40 {
        crowd.push(push.viewer("acme").await);
    }
    let hub = push.process.hub.clone();
    let drain = tokio::spawn(async move { hub.drain(Duration::from_secs(5)).await });
    let mut waits = Vec::new();
    for client in &mut crowd {
        let goodbye = client.hear().await;
        waits.push(goodbye["waitMs"].as_u64().unwrap());
        assert_eq!(client.closed().await, 1012);
    }
    drain.await.unwrap();
    waits.sort_unstable();
    // A slot of 25 ms for each of the forty.
    for (slot, wait) in (0..).zip(waits) {
        assert!(
            (slot * 25..=slot * 25 + 25).contains(&wait),
            "{slot}: {wait}"
        );
    }
}
