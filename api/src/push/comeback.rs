//! When those who are sent away are to come back: the larger the crowd, the longer it is spread.

/// How many are sent to the other processes within one second.
const A_SECOND: u32 = 1_000;
/// Even a few don't come back at the same moment, and nobody is kept waiting for longer than a
/// minute; in milliseconds.
const SHORTEST_SPREAD_MS: u32 = 1_000;
const LONGEST_SPREAD_MS: u32 = 60_000;

/// The wait of one of a `crowd`, in milliseconds. Each gets a slot of its own, `place`, and comes
/// at a random `share` (0 to 1) of it. So no second gets more than its part of the crowd.
pub fn wait_ms(place: usize, crowd: usize, share: f64) -> u32 {
    let spread = f64::from(spread_ms(crowd));
    let at = (place as f64 + share.clamp(0.0, 1.0)) / crowd.max(1) as f64;
    (at.min(1.0) * spread) as u32
}

/// Over how long a crowd is spread, in milliseconds.
fn spread_ms(crowd: usize) -> u32 {
    let crowd = u32::try_from(crowd).unwrap_or(u32::MAX);
    let wanted = u64::from(crowd) * 1_000 / u64::from(A_SECOND);
    u32::try_from(wanted)
        .unwrap_or(LONGEST_SPREAD_MS)
        .clamp(SHORTEST_SPREAD_MS, LONGEST_SPREAD_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most that come within any one second.
    fn busiest_second(crowd: usize) -> usize {
        let mut waits: Vec<u32> = (0..crowd)
            .map(|place| wait_ms(place, crowd, rand::random()))
            .collect();
        waits.sort_unstable();
        let mut from = 0;
        let counts = (0..waits.len()).map(|to| {
            while waits[to] - waits[from] >= 1_000 {
                from += 1;
            }
            to + 1 - from
        });
        counts.max().unwrap_or(0)
    }

    #[test]
    fn ten_thousand_do_not_come_back_in_one_second() {
        // One more at either end: slots are whole, their clients anywhere in them.
        assert!(busiest_second(10_000) <= A_SECOND as usize + 2);
        assert!(busiest_second(50_000) <= A_SECOND as usize + 2);
    }

    #[test]
    fn a_few_wait_for_a_second_at_most_and_nobody_for_more_than_a_minute() {
        assert!((0..3).all(|place| wait_ms(place, 3, 1.0) <= SHORTEST_SPREAD_MS));
        assert_eq!(wait_ms(usize::MAX, usize::MAX, 1.0), LONGEST_SPREAD_MS);
        assert_eq!(wait_ms(0, 0, 0.0), 0);
        assert!(wait_ms(2, 3, 0.0) > wait_ms(0, 3, 1.0));
    }
}
