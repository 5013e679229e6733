//! A clock that ticks at a fixed rate whatever the answers do: an open loop. The runtime's timer is
//! good to a millisecond, which is too coarse for what is measured; a thread of its own is good to
//! some ten microseconds.

use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// One command that is due.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    pub(crate) number: usize,
    /// When it should be sent; latency counts from here, so a late generator can't flatter.
    pub(crate) due: Instant,
}

/// `count` ticks, dealt to `hands` receivers in turn. The channels hold at most those ticks.
pub(crate) fn start(rate: u32, count: usize, hands: usize) -> Vec<UnboundedReceiver<Tick>> {
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..hands).map(|_| unbounded_channel()).unzip();
    let interval = Duration::from_secs(1) / rate;
    thread::spawn(move || {
        let mut due = Instant::now() + Duration::from_millis(100);
        for (number, sender) in (0..count).zip(senders.iter().cycle()) {
            while let Some(wait) = due.checked_duration_since(Instant::now()) {
                thread::park_timeout(wait);
            }
            if sender.send(Tick { number, due }).is_err() {
                return;
            }
            due += interval;
        }
    });
    receivers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ticks_are_dealt_in_turn_and_evenly_due() {
        let mut hands = start(1_000, 6, 2);
        let mut second = Vec::new();
        while let Some(tick) = hands[1].recv().await {
            second.push(tick);
        }
        let numbers: Vec<usize> = second.iter().map(|tick| tick.number).collect();
        assert_eq!(numbers, [1, 3, 5]);
        assert_eq!(second[1].due - second[0].due, Duration::from_millis(2));
    }
}
