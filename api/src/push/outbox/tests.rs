use super::*;

fn outbox(messages: usize, bytes: usize) -> Outbox {
    Outbox::new(messages, bytes, Arc::new(PushMetrics::new().unwrap()))
}

fn frame(subscription: u64, position: u64) -> Frame {
    Frame {
        text: "0123456789".into(),
        subscription,
        position,
        latest_of: None,
    }
}

fn latest(subscription: u64, position: u64, of: &str) -> Frame {
    Frame {
        latest_of: Some(of.into()),
        ..frame(subscription, position)
    }
}

#[test]
fn of_what_only_the_latest_counts_for_older_ones_are_dropped() {
    let outbox = outbox(4, 1_000);
    for position in 1..=100 {
        let building = if position % 2 == 0 {
            "school"
        } else {
            "town-hall"
        };
        assert!(outbox.push(latest(1, position, building), Lane::Normal));
    }
    assert!(outbox.push(latest(2, 101, "school"), Lane::Normal));
    assert!(outbox.push(frame(1, 102), Lane::Normal));
    assert_eq!(outbox.metrics.queued.get(), 4);
    let order: Vec<_> = std::iter::from_fn(|| pop_position(&outbox)).collect();
    assert_eq!(order, [99, 100, 101, 102]);
    assert_eq!(outbox.metrics.queued.get(), 0);
}

fn pop_position(outbox: &Outbox) -> Option<u64> {
    match outbox.poll_pop(Waker::noop()) {
        Poll::Ready(frame) => Some(frame.position),
        Poll::Pending => None,
    }
}

#[test]
fn urgent_messages_go_before_all_that_wait() {
    let outbox = outbox(10, 1_000);
    assert!(outbox.push(frame(1, 1), Lane::Normal));
    assert!(outbox.push(frame(1, 2), Lane::Normal));
    assert!(outbox.push(frame(2, 3), Lane::Urgent));
    assert!(outbox.push(frame(2, 4), Lane::Urgent));
    let order: Vec<_> = std::iter::from_fn(|| pop_position(&outbox)).collect();
    assert_eq!(order, [3, 4, 1, 2]);
    assert_eq!(outbox.metrics.queued.get(), 0);
}

#[test]
fn one_too_many_ends_it_and_what_waits_stays_known() {
    let outbox = outbox(2, 1_000);
    assert!(outbox.push(frame(7, 5), Lane::Normal));
    assert!(outbox.push(frame(7, 6), Lane::Normal));
    assert!(!outbox.push(frame(7, 7), Lane::Normal));
    assert_eq!(outbox.ending(), Some(Ending::Lagged));
    assert_eq!(pop_position(&outbox), None);
    assert_eq!(outbox.first_waiting(7), Some(5));
    assert_eq!(outbox.first_waiting(8), None);
    assert!(!outbox.push(frame(7, 8), Lane::Urgent));
    assert_eq!(outbox.metrics.lagged.get(), 1);
}

#[test]
fn bytes_are_bounded_but_for_a_single_message() {
    let outbox = outbox(10, 15);
    let large = Frame::answer("x".repeat(100));
    assert!(outbox.push(large, Lane::Normal));
    assert!(!outbox.push(frame(1, 1), Lane::Normal));
}

#[test]
fn a_drain_lets_what_waits_out() {
    let outbox = outbox(10, 1_000);
    assert!(outbox.push(frame(1, 1), Lane::Normal));
    outbox.end(Ending::Drained { wait_ms: 7 });
    assert_eq!(outbox.ending(), None);
    assert!(!outbox.push(frame(1, 2), Lane::Normal));
    assert_eq!(pop_position(&outbox), Some(1));
    assert_eq!(outbox.ending(), Some(Ending::Drained { wait_ms: 7 }));
}

#[test]
fn nothing_of_a_subscription_that_ended_is_written() {
    let outbox = outbox(10, 1_000);
    for (subscription, position) in [(1, 1), (2, 2), (1, 3)] {
        assert!(outbox.push(frame(subscription, position), Lane::Normal));
    }
    outbox.forget(1);
    assert_eq!(pop_position(&outbox), Some(2));
    assert_eq!(pop_position(&outbox), None);
    assert_eq!(outbox.metrics.queued.get(), 0);
    assert_eq!(outbox.waiting.lock().bytes, 0);
}

#[tokio::test]
async fn who_replays_leaves_half_of_the_queue_to_others() {
    let outbox = Arc::new(outbox(4, 1_000));
    assert!(outbox.room(10).await);
    assert!(outbox.push(frame(1, 1), Lane::Normal));
    assert!(outbox.push(frame(1, 2), Lane::Normal));
    let waiter = tokio::spawn({
        let outbox = outbox.clone();
        async move { outbox.room(10).await }
    });
    tokio::task::yield_now().await;
    assert!(!waiter.is_finished());
    while pop_position(&outbox).is_some() {}
    assert!(waiter.await.unwrap());
    outbox.close();
    assert!(!outbox.room(10).await);
}

#[test]
fn whoever_is_revoked_hears_nothing_of_what_waits_even_while_the_process_goes_away() {
    let outbox = outbox(10, 1_000);
    assert!(outbox.push(frame(1, 1), Lane::Normal));
    outbox.end(Ending::Drained { wait_ms: 5 });
    assert_eq!(outbox.ending(), None);
    outbox.end(Ending::Revoked);
    assert_eq!(outbox.ending(), Some(Ending::Revoked));
    assert_eq!(pop_position(&outbox), None);
}
