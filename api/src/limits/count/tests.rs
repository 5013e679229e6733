use proptest::prelude::*;

use super::*;

const LIMIT: Limit = Limit::new(10, Duration::from_secs(60));
/// The beginning of a window.
const START: u64 = 60_000 * 1_000;

fn take_all(count: &mut Count, now: u64) -> u32 {
    let mut taken = 0;
    while count.take(LIMIT, now).allowed {
        taken += 1;
    }
    taken
}

#[test]
fn as_many_as_the_quota_are_let_through() {
    let mut count = Count::default();
    let first = count.take(LIMIT, START);
    assert_eq!((first.limit, first.remaining, first.reset_s), (10, 9, 60));
    assert_eq!(first.retry_after_s, 0);
    assert_eq!(take_all(&mut count, START + 1), 9);
    let refused = count.take(LIMIT, START + 30_000);
    assert_eq!((refused.remaining, refused.reset_s), (0, 30));
    // All of them count until the window ends, then fewer by the second.
    assert_eq!(refused.retry_after_s, 31);
}

#[test]
fn the_window_slides() {
    let mut count = Count::default();
    assert_eq!(take_all(&mut count, START + 59_000), 10);
    // The edge of a window sets nobody free.
    assert_eq!(take_all(&mut count, START + 60_000), 0);
    assert_eq!(take_all(&mut count, START + 90_000), 5);
    assert_eq!(take_all(&mut count, START + 119_999), 5);
    let mut idle = Count::default();
    take_all(&mut idle, START);
    assert_eq!(take_all(&mut idle, START + 120_000), 10);
}

#[test]
fn what_others_counted_counts() {
    let mut count = Count::default();
    count.take(LIMIT, START);
    assert_eq!(count.send(), 1);
    count.take(LIMIT, START);
    let window = START / 60_000;
    let shared = |window, present, before| Shared {
        window,
        present,
        before,
    };
    count.learn(shared(window, 8, 0));
    // Eight of all, one of ours that nobody knows.
    assert_eq!(take_all(&mut count, START), 1);
    count.learn(shared(window + 1, 3, 10));
    assert_eq!(take_all(&mut count, START + 60_000 + 30_000), 0);
    // Late news of the window before only makes it stricter.
    count.learn(shared(window, 20, 0));
    assert_eq!(take_all(&mut count, START + 60_000 + 30_000), 0);
}

#[test]
fn what_did_not_arrive_is_sent_again() {
    let mut count = Count::default();
    take_all(&mut count, START);
    let sent = count.send();
    assert_eq!((sent, count.unsent()), (10, 0));
    count.take_back(sent);
    assert_eq!(count.send(), 10);
    assert_eq!(take_all(&mut count, START), 0);
}

#[test]
fn a_clock_that_steps_neither_frees_nor_locks_for_good() {
    let mut count = Count::default();
    take_all(&mut count, START + 60_000);
    assert_eq!(take_all(&mut count, START + 59_999), 0);
    // A year ahead by mistake, and back.
    count.take(LIMIT, START + 365 * 86_400_000);
    assert!(count.take(LIMIT, START).allowed);
}

proptest! {
    /// Whoever waits as long as it is told is let through, and not before a second earlier.
    #[test]
    fn retry_after_holds(quota in 1..50_u32, window_s in 1..2_000_u64, at in 0..4_000_000_u64, pause in 0..4_000_000_u64) {
        let limit = Limit::new(quota, Duration::from_secs(window_s));
        let mut count = Count::default();
        let (mut now, mut refused) = (START + at, None);
        for _ in 0..=quota {
            count.take(limit, now);
        }
        now += pause;
        for _ in 0..=quota {
            refused = Some(count.take(limit, now));
        }
        let refused = refused.unwrap();
        prop_assert!(!refused.allowed);
        let wait = refused.retry_after_s * 1_000;
        prop_assert!(count.clone().take(limit, now + wait).allowed);
        if wait > 2_000 {
            prop_assert!(!count.take(limit, now + wait - 2_000).allowed);
        }
    }

    /// Never more than the quota within a window, and never more than twice in any span of its length.
    #[test]
    fn the_quota_holds(quota in 1..40_u32, steps in proptest::collection::vec(0..20_000_u64, 1..300)) {
        let limit = Limit::new(quota, Duration::from_secs(60));
        let (mut count, mut now, mut taken) = (Count::default(), START, Vec::new());
        for step in steps {
            now += step;
            if count.take(limit, now).allowed {
                taken.push(now);
            }
        }
        for (at, from) in taken.iter().enumerate() {
            let within = taken.iter().skip(at).take_while(|t| **t < from + 60_000).count();
            prop_assert!(within <= 2 * quota as usize);
            let of_window = taken.iter().filter(|t| *t / 60_000 == from / 60_000).count();
            prop_assert!(of_window <= quota as usize);
        }
    }
}
