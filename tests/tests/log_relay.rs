//! The stream mirrors the log, whatever happens to either.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::time::Duration;

use flowgrid_commands::heal_log;
use flowgrid_log::integrity::{Agreement, check};
use flowgrid_log::{AppendError, Appended, Follower, Tail};
use flowgrid_tests::{TestLog, building, eventually};

async fn append_some(test: &TestLog, appender: &flowgrid_log::Appender, name: &str, many: usize) {
    let mut tasks = Vec::new();
    for n in 0..many {
        let appender = appender.clone();
        let append = building("acme", &format!("{name}{n}"), 0, 1 + n % 3);
        tasks.push(tokio::spawn(async move { appender.append(append).await }));
    }
    for task in tasks {
        let answer = task.await.unwrap();
        assert!(matches!(answer, Ok(Appended::Written { .. })), "{answer:?}");
    }
    let _ = test;
}

async fn head(test: &TestLog) -> u64 {
    test.store.head(test.domain().id).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_relays_and_appenders_mirror_exactly() {
    let test = TestLog::start().await;
    let log = test.domain();
    let (feed_a, feed_b) = (TestLog::feed(), TestLog::feed());
    let relays = [
        test.relay(log, &feed_a),
        test.relay(log, &feed_b),
        test.relay(log, &TestLog::feed()),
    ];
    let appender_a = test.appender(log, &feed_a, false);
    let appender_b = test.appender(log, &feed_b, false);
    tokio::join!(
        append_some(&test, &appender_a, "a", 1_500),
        append_some(&test, &appender_b, "b", 1_500)
    );
    let head = head(&test).await;
    assert_eq!(head, 6_000);
    test.assert_mirrored(log, head).await;
    eventually("all relays know", || async {
        relays.iter().all(|relay| relay.status().relayed == head)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_is_woken() {
    let test = TestLog::start().await;
    let log = test.domain();
    let relay = test.relay(log, &TestLog::feed());
    eventually("the relay runs", || async {
        relay.status().problem.is_none()
    })
    .await;
    let appender = test.appender(log, &TestLog::feed(), true);
    append_some(&test, &appender, "a", 10).await;
    test.assert_mirrored(log, head(&test).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_relay_may_publish_events() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    append_some(&test, &test.appender(log, &feed, false), "a", 3).await;
    let head = head(&test).await;
    test.assert_mirrored(log, head).await;
    let subject = format!("ev.{}.acme.building.a0.changed", log.id);
    let asked = test.bus.client().request(subject, "{}".into()).await;
    assert!(asked.is_err());
    assert_eq!(test.stream(log).await.last_sequence, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_stream_is_made_anew() {
    let mut test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let appender = test.appender(log, &feed, false);
    append_some(&test, &appender, "a", 300).await;
    test.assert_mirrored(log, head(&test).await).await;
    test.nats.kill_nats().await;
    test.nats.wipe_nats_store().unwrap();
    // While NATS is down, the log goes on: it was compared since Postgres came.
    append_some(&test, &appender, "b", 30).await;
    test.nats.restart_nats().await.unwrap();
    append_some(&test, &appender, "c", 30).await;
    test.assert_mirrored(log, head(&test).await).await;
}

/// NATS was stopped in good order, so it trusts what it noted of its blocks and doesn't read them.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_altered_while_nats_was_down_is_mended() {
    let mut test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let appender = test.appender(log, &feed, false);
    append_some(&test, &appender, "a", 60).await;
    test.assert_mirrored(log, head(&test).await).await;

    test.nats.stop_nats().await;
    let store = test.nats.nats_store_dir().unwrap();
    let block = store.join("jetstream/APP/streams/EV_1/msgs/1.blk");
    let mut bytes = std::fs::read(&block).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] = !bytes[middle];
    std::fs::write(&block, bytes).unwrap();
    test.nats.restart_nats().await.unwrap();

    eventually("every message can be read", || async {
        let head = head(&test).await;
        let read = flowgrid_log::heal::read_stream(&test.bus, log, 0, head).await;
        read.is_ok_and(|read| read.len() as u64 == head)
    })
    .await;
    append_some(&test, &appender, "b", 10).await;
    test.assert_mirrored(log, head(&test).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_goes_on_over_a_restart_of_nats() {
    let mut test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let tail = Tail::start(test.bus.clone(), log, test.stop.subscribe());
    let mut follower = Follower::new(test.store.clone(), tail, 0);
    let appender = test.appender(log, &feed, false);
    append_some(&test, &appender, "a", 200).await;
    let reading = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 799 {
            let next = tokio::time::timeout(Duration::from_secs(30), follower.next(64)).await;
            seen.extend(next.expect("stuck").unwrap());
        }
        seen
    });
    test.nats.kill_nats().await;
    append_some(&test, &appender, "b", 100).await;
    test.nats.restart_nats().await.unwrap();
    append_some(&test, &appender, "c", 101).await;
    let seen = reading.await.unwrap();
    assert!(
        seen.iter()
            .zip(1..)
            .all(|(event, position)| event.position == position)
    );
    let log_says = test.store.read(log.id, 0, 10_000).await.unwrap();
    assert!(seen.iter().zip(&log_says).all(|(seen, log)| **seen == *log));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_fills_while_it_is_asked_was_never_archived() {
    let test = TestLog::start().await;
    let log = test.domain();
    let stop = tokio::sync::watch::Sender::new(false);
    let askers: Vec<_> = (0..6)
        .map(|_| {
            let (store, stop) = (test.store.clone(), stop.subscribe());
            tokio::spawn(async move {
                while !*stop.borrow() {
                    assert_eq!(store.archived_until(log.id).await.unwrap(), 0);
                }
            })
        })
        .collect();
    let appender = test.appender(log, &TestLog::feed(), false);
    append_some(&test, &appender, "a", 100).await;
    stop.send_replace(true);
    for asker in askers {
        asker.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_moves_while_it_is_compared_is_not_ahead() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let appender = test.appender(log, &feed, false);
    append_some(&test, &appender, "a", 1).await;
    let appending = tokio::spawn(async move {
        for version in 1..400 {
            let answer = appender.append(building("acme", "a0", version, 1)).await;
            assert!(matches!(answer, Ok(Appended::Written { .. })), "{answer:?}");
        }
    });
    while !appending.is_finished() {
        let found = check(&test.store, &test.bus, log).await.unwrap();
        let fine = matches!(found, Agreement::Agree { .. } | Agreement::NoStream);
        assert!(fine, "{found:?}");
    }
    appending.await.unwrap();
}

/// How many consumers follow a log's stream.
async fn consumers(test: &TestLog) -> usize {
    test.stream(test.domain()).await.consumer_count
}

/// Whatever a tail has must be what the log has, in order; answers how far it came.
async fn read_along(test: &TestLog, tail: Arc<Tail>, until: u64) {
    let mut follower = Follower::new(test.store.clone(), tail, 0);
    let mut position = 0;
    while position < until {
        let next = tokio::time::timeout(Duration::from_secs(30), follower.next(64)).await;
        for event in next.expect("stuck").unwrap() {
            assert_eq!(event.position, position + 1);
            position += 1;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_beside_the_only_relay_needs_no_consumer() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    let tail = Tail::start_beside_relay(test.bus.clone(), log, test.stop.subscribe());
    test.relay_beside(log, &feed, Some(Arc::clone(&tail)));
    let appender = test.appender(log, &feed, false);
    append_some(&test, &appender, "a", 300).await;
    read_along(&test, Arc::clone(&tail), head(&test).await).await;
    assert!(tail.is_connected());
    assert_eq!(consumers(&test).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn tails_beside_racing_relays_see_all_of_both() {
    let test = TestLog::start().await;
    let log = test.domain();
    let (feed_a, feed_b) = (TestLog::feed(), TestLog::feed());
    let beside = |_| Tail::start_beside_relay(test.bus.clone(), log, test.stop.subscribe());
    let [tail_a, tail_b] = [0, 1].map(beside);
    test.relay_beside(log, &feed_a, Some(Arc::clone(&tail_a)));
    test.relay_beside(log, &feed_b, Some(Arc::clone(&tail_b)));
    let appender_a = test.appender(log, &feed_a, false);
    let appender_b = test.appender(log, &feed_b, false);
    let reading = async {
        tokio::join!(
            read_along(&test, Arc::clone(&tail_a), 1_998),
            read_along(&test, Arc::clone(&tail_b), 1_998)
        )
    };
    tokio::join!(
        append_some(&test, &appender_a, "a", 500),
        append_some(&test, &appender_b, "b", 500),
        reading
    );
    // What only one of them writes from now on reaches the other as well.
    append_some(&test, &appender_b, "c", 1).await;
    read_along(&test, tail_a, 1_999).await;
    assert!(consumers(&test).await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_lost_its_tail_refuses_until_it_is_healed() {
    let test = TestLog::start().await;
    let log = test.domain();
    let feed = TestLog::feed();
    test.relay(log, &feed);
    let running = test.appender(log, &feed, false);
    append_some(&test, &running, "a", 100).await;
    let before = head(&test).await;
    test.assert_mirrored(log, before).await;
    let was = test.store.read(log.id, 0, 10_000).await.unwrap();
    test.lose_tail(log, before - 40).await;

    // One that starts now compares; one that was running notices at its next append.
    let starting = test.appender(log, &TestLog::feed(), false);
    for appender in [&starting, &running] {
        eventually("it refuses", || async {
            let answer = appender.append(building("acme", "new", 0, 1)).await;
            assert!(
                !matches!(answer, Ok(Appended::Written { .. })),
                "{answer:?}"
            );
            matches!(answer, Err(AppendError::Refused { .. }))
        })
        .await;
    }
    let found = check(&test.store, &test.bus, log).await.unwrap();
    assert_eq!(
        found,
        Agreement::StreamAhead {
            log: before - 40,
            stream: before
        }
    );

    let healed = heal_log(&test.store, &test.bus, log).await.unwrap();
    assert_eq!((healed.from, healed.to), (before - 40, before));
    assert_eq!(test.store.read(log.id, 0, 10_000).await.unwrap(), was);
    for appender in [&starting, &running] {
        eventually("it accepts again", || async {
            let id = uuid::Uuid::now_v7().to_string();
            matches!(
                appender.append(building("acme", &id, 0, 1)).await,
                Ok(Appended::Written { .. })
            )
        })
        .await;
    }
    test.assert_mirrored(log, before + 2).await;
}
