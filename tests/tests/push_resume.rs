//! Resuming: every position once and in order, from memory, from the log, across processes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use flowgrid_api::push::PushConfig;
use flowgrid_bus::{Epoch, Position, encode_headers, subject};
use flowgrid_tests::eventually;
use push_common::{Client, Push, position};
use serde_json::Value;
use sqlx::{Connection, PgConnection};

/// Hears events until the given revision of the building, and checks that none is missing.
async fn hear_revisions(client: &mut Client, from: u64, to: u64) {
    let mut last = 0;
    for revision in from..=to {
        let event = client.hear().await;
        assert_eq!(event["revision"], revision, "{event}");
        let at = position(&event, "position").n;
        assert!(at > last);
        last = at;
    }
}

fn recovered(answer: &Value) -> Option<bool> {
    assert_eq!(answer["type"], "subscribed", "{answer}");
    answer["recovered"].as_bool()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_comes_first() {
    let push = Push::with_defaults().await;
    let first = push.building("acme", "rathaus", 0).await;
    for n in 1..=10 {
        push.building("acme", "rathaus", n).await;
        push.building("other", &format!("b{n}"), 0).await;
    }
    let mut client = push.viewer("acme").await;
    let answer = client.resume(1, "buildings", &first.to_string()).await;
    assert_eq!(recovered(&answer), Some(true));
    hear_revisions(&mut client, 2, 11).await;
    push.building("acme", "rathaus", 11).await;
    hear_revisions(&mut client, 12, 12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_saw_nothing_of_it_reads_the_log() {
    let push = Push::with_defaults().await;
    let first = push.building("acme", "rathaus", 0).await;
    for n in 1..1_500 {
        push.building("acme", "rathaus", n).await;
    }
    let other = push.another_process().await;
    let token = push.token("anna", "acme", flowgrid_bus::Role::Viewer);
    let mut client = Client::bearer(other.address, &token).await;
    let answer = client
        .resume(1, "building:rathaus", &first.to_string())
        .await;
    assert_eq!(recovered(&answer), Some(true));
    hear_revisions(&mut client, 2, 1_500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_seam_while_others_write() {
    let push = Arc::new(Push::with_defaults().await);
    let first = push.building("acme", "rathaus", 0).await;
    let done = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (push, done) = (push.clone(), done.clone());
        async move {
            let mut n = 1;
            while !done.load(Ordering::Relaxed) {
                push.building("acme", "rathaus", n).await;
                n += 1;
            }
            n
        }
    });
    let mut clients = Vec::new();
    for round in 0..20 {
        let mut client = push.viewer("acme").await;
        let answer = client.resume(round, "buildings", &first.to_string()).await;
        assert_eq!(recovered(&answer), Some(true));
        clients.push(client);
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
    }
    done.store(true, Ordering::Relaxed);
    let last = writer.await.unwrap();
    for client in &mut clients {
        hear_revisions(client, 2, last).await;
        client.silence().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_of_another_life_log_or_age_is_not_honoured() {
    let push = Push::start(PushConfig {
        resume_positions: 5,
        ..PushConfig::default()
    })
    .await;
    let first = push.building("acme", "rathaus", 0).await;
    let mut last = first;
    for n in 1..=10 {
        last = push.building("acme", "rathaus", n).await;
    }
    push.reaches(last.n).await;
    let mut client = push.viewer("acme").await;
    let foreign = Position {
        epoch: Epoch(first.epoch.0 ^ 1),
        ..last
    };
    let future = Position {
        n: last.n + 1_000,
        ..last
    };
    let other_log: Position = format!("2-{}-1", last.epoch).parse().unwrap();
    for (id, position) in (0..).zip([foreign, future, other_log, first]) {
        let answer = client.resume(id, "alerts", &position.to_string()).await;
        assert_eq!(recovered(&answer), Some(false), "{position}");
    }
    let answer = client.resume(9, "buildings", &last.to_string()).await;
    assert_eq!(recovered(&answer), Some(true));
    assert_eq!(position(&answer, "position"), last);
    push.building("acme", "rathaus", 11).await;
    hear_revisions(&mut client, 12, 12).await;
}

/// Until somebody waits for what this transaction holds.
async fn wait_for_a_lock(holder: &mut PgConnection) {
    let waiting = "select exists (select from pg_locks where not granted)";
    for _ in 0..2_000 {
        let found: bool = sqlx::query_scalar(waiting)
            .fetch_one(&mut *holder)
            .await
            .unwrap();
        if found {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits");
}

/// Who was served by a faster process resumes from beyond this one's edge. While Postgres is asked
/// whether that position exists, the edge overtakes it.
#[tokio::test(flavor = "multi_thread")]
async fn the_edge_may_overtake_a_position_that_is_being_looked_up() {
    let push = Push::with_defaults().await;
    push.test.stop.send_replace(true);
    eventually("the relay ends", || async {
        push.test.stop.receiver_count() == 0
    })
    .await;
    let mut known = push.building("acme", "rathaus", 0).await;
    let edge = known.n - 1;
    for n in 1..=5 {
        let at = push.building("acme", "rathaus", n).await;
        known = if n <= 2 { at } else { known };
    }
    let events = push.test.store.read(push.log.id, edge, 10).await.unwrap();

    let mut locker = PgConnection::connect(&push.test.url).await.unwrap();
    let mut lock = locker.begin().await.unwrap();
    let text = "lock table events in access exclusive mode";
    sqlx::query(text).execute(&mut *lock).await.unwrap();
    let mut client = push.viewer("acme").await;
    let text = serde_json::json!({"type": "subscribe", "id": 1, "channel": "buildings",
        "after": known.to_string()});
    client.say(text).await;
    wait_for_a_lock(&mut lock).await;
    for event in &events {
        let headers = encode_headers(event, push.log.epoch);
        let bus = push.test.relay_bus.client();
        let sent = bus.publish_with_headers(subject(event), headers, event.payload.clone());
        sent.await.unwrap();
    }
    push.reaches(edge + 6).await;
    lock.commit().await.unwrap();

    assert_eq!(recovered(&client.hear().await), Some(true));
    hear_revisions(&mut client, 4, 6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unsubscribing_ends_a_replay() {
    let push = Push::with_defaults().await;
    let first = push.building("acme", "rathaus", 0).await;
    for n in 1..600 {
        push.building("acme", "rathaus", n).await;
    }
    let mut client = push.viewer("acme").await;
    let answer = client.resume(1, "buildings", &first.to_string()).await;
    assert_eq!(recovered(&answer), Some(true));
    client
        .say(serde_json::json!({"type": "unsubscribe", "id": 1}))
        .await;
    while client.hear().await["type"] == "event" {}
    push.building("acme", "rathaus", 600).await;
    client.silence().await;
}
