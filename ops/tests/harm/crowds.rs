//! Subscriptions by the thousand, and subscribers that don't read.

use crate::server::Server;
use crate::websocket::{Heard, WebSocket, text};

/// As many as one connection may have, in as many messages as may come at once.
const MOST: usize = 100;

fn subscribe(id: usize, channel: &str) -> Vec<u8> {
    text(&format!(
        r#"{{"type":"subscribe","id":{id},"channel":"{channel}"}}"#
    ))
}

/// A connection with all the subscriptions that it may have.
async fn subscribed(server: &Server, channel: &str) -> WebSocket {
    let mut socket = WebSocket::open(server).await;
    let all: Vec<u8> = (0..MOST).flat_map(|id| subscribe(id, channel)).collect();
    socket.send(&all).await;
    let mut subscribed = 0;
    while subscribed < MOST {
        match socket.next().await {
            Heard::Message(message) if message["type"] == "subscribed" => subscribed += 1,
            Heard::Message(message) => assert_eq!(message["type"], "event", "{message}"),
            other => panic!("{other:?}"),
        }
    }
    socket
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_subscriptions_of_one_are_refused() {
    let server = Server::start().await;
    let mut socket = WebSocket::open(&server).await;
    let all: Vec<u8> = (0..10_000)
        .flat_map(|id| subscribe(id, "buildings"))
        .collect();
    socket.send(&all).await;
    let (messages, code) = socket.rest().await;
    let count = |kind: &str| messages.iter().filter(|m| m["type"] == kind).count();
    assert!(count("subscribed") <= MOST);
    assert!(
        messages
            .iter()
            .any(|message| message["code"] == "rate-limited")
    );
    assert!(code == 1008 || code == 0, "{code}");
    server.assert_sound(64).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_subscriptions_of_many_all_hear() {
    let server = Server::start().await;
    let mut crowd = Vec::new();
    for _ in 0..100 {
        crowd.push(subscribed(&server, "subject:building.loud.*").await);
    }
    println!("10,000 subscriptions took {} MiB", server.grown());
    server.serves("quiet").await;
    server.serves("loud").await;
    for socket in &mut crowd {
        for _ in 0..MOST {
            match socket.next().await {
                Heard::Message(message) => assert_eq!(message["aggregateId"], "loud"),
                other => panic!("{other:?}"),
            }
        }
    }
    drop(crowd);
    // Their places are free again.
    subscribed(&server, "alerts").await;
    server.assert_sound(128).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_costs_no_more_than_its_queue() {
    let server = Server::start().await;
    let mut crowd = Vec::new();
    for _ in 0..40 {
        crowd.push(subscribed(&server, "buildings").await);
    }
    // 300 bytes, a hundred times, to forty: more than the sockets and the queues hold.
    for n in 0..300 {
        server.serves(&format!("heard-by-none-{n}")).await;
    }
    // Each was told where to resume, if it comes to listen, or has been dropped.
    for socket in &mut crowd {
        let (messages, code) = socket.rest().await;
        let lagged = messages.iter().filter(|m| m["type"] == "lagged").count();
        assert!(
            (code == 4008 && lagged == MOST) || code == 0,
            "{code}, {lagged}"
        );
    }
    server.assert_sound(160).await;
}
