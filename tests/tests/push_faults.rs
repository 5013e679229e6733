//! Push while the bus is away: nothing is lost, nothing comes twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod push_common;

use push_common::{Push, position};

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_the_bus_is_gone_comes_when_it_is_back() {
    let mut push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    client.subscribe(1, "buildings").await;
    push.building("acme", "rathaus", 0).await;
    assert_eq!(client.hear().await["revision"], 1);

    push.test.nats.kill_nats().await;
    for n in 1..=20 {
        push.building("acme", "rathaus", n).await;
    }
    // Who comes now waits with the others.
    let mut newcomer = push.viewer("acme").await;
    newcomer.subscribe(1, "building:rathaus").await;
    push.test.nats.restart_nats().await.unwrap();
    for revision in 2..=21 {
        assert_eq!(client.hear().await["revision"], revision);
        assert_eq!(newcomer.hear().await["revision"], revision);
    }
    push.building("acme", "rathaus", 21).await;
    assert_eq!(client.hear().await["revision"], 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_stream_is_no_loss_for_subscribers() {
    let mut push = Push::with_defaults().await;
    let mut client = push.viewer("acme").await;
    client.subscribe(1, "buildings").await;
    push.building("acme", "rathaus", 0).await;
    let first = client.hear().await;

    push.test.nats.stop_nats().await;
    push.test.nats.wipe_nats_store().unwrap();
    for n in 1..=5 {
        push.building("acme", "rathaus", n).await;
    }
    push.test.nats.restart_nats().await.unwrap();
    for revision in 2..=6 {
        assert_eq!(client.hear().await["revision"], revision);
    }
    // A token from before stays good: it is the log's, not the stream's.
    let mut other = push.viewer("acme").await;
    let after = position(&first, "position").to_string();
    let answer = other.resume(1, "buildings", &after).await;
    assert_eq!(answer["recovered"], true);
    for revision in 2..=6 {
        assert_eq!(other.hear().await["revision"], revision);
    }
}
