//! What waits to be written to one connection: two lanes, bounded in messages and bytes.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Poll, Waker};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::frame::{Ending, Frame, Lane};
use super::metrics::PushMetrics;

/// A bounded queue with one reader, the connection's task. It owns no memory while it is empty.
#[derive(Debug)]
pub struct Outbox {
    waiting: Mutex<Waiting>,
    room: Notify,
    metrics: Arc<PushMetrics>,
    messages: u32,
    bytes: u32,
}

#[derive(Debug, Default)]
struct Waiting {
    urgent: VecDeque<Frame>,
    normal: VecDeque<Frame>,
    bytes: usize,
    ending: Option<Ending>,
    closed: bool,
    reader: Option<Waker>,
    /// The reader can't write now: only an ending wakes it.
    blocked: bool,
}

impl Waiting {
    fn len(&self) -> usize {
        self.urgent.len() + self.normal.len()
    }

    /// Drops what this one is a later state of. It goes to the end: a building of which much is heard doesn't hold
    /// up the others.
    fn drop_older(&mut self, frame: &Frame) -> bool {
        let older = |waiting: &Frame| {
            frame.latest_of.is_some()
                && waiting.subscription == frame.subscription
                && waiting.latest_of == frame.latest_of
        };
        let place = self.normal.iter().position(older);
        let gone = place.and_then(|place| self.normal.remove(place));
        self.bytes -= gone.as_ref().map_or(0, |gone| gone.text.len());
        gone.is_some()
    }
}

impl Outbox {
    /// Bounded to so many `messages` and so many `bytes`.
    pub fn new(messages: usize, bytes: usize, metrics: Arc<PushMetrics>) -> Self {
        Self {
            waiting: Mutex::default(),
            room: Notify::new(),
            metrics,
            messages: u32::try_from(messages).unwrap_or(u32::MAX),
            bytes: u32::try_from(bytes).unwrap_or(u32::MAX),
        }
    }

    /// Adds a message, unless the connection is ending. One too many ends it as lagged.
    pub fn push(&self, frame: Frame, lane: Lane) -> bool {
        let mut waiting = self.waiting.lock();
        if waiting.closed || waiting.ending.is_some() {
            return false;
        }
        if waiting.drop_older(&frame) {
            self.metrics.queued.dec();
        }
        let bytes = waiting.bytes + frame.text.len();
        // A single message may be larger than the bound.
        let fits = waiting.len() == 0
            || (waiting.len() < self.messages as usize && bytes <= self.bytes as usize);
        if fits {
            waiting.bytes = bytes;
            match lane {
                Lane::Urgent => waiting.urgent.push_back(frame),
                Lane::Normal => waiting.normal.push_back(frame),
            }
            self.metrics.queued.inc();
        } else {
            waiting.ending = Some(Ending::Lagged);
            self.metrics.lagged.inc();
        }
        let reader = if fits && waiting.blocked {
            None
        } else {
            waiting.reader.take()
        };
        drop(waiting);
        if let Some(reader) = reader {
            reader.wake();
        }
        fits
    }

    /// The next message to write. When there is none, `reader` is woken by the next one.
    /// A lagging connection's messages stay where they are, for [`Outbox::first_waiting`].
    pub fn poll_pop(&self, reader: &Waker) -> Poll<Frame> {
        let mut waiting = self.waiting.lock();
        let frame = match waiting.ending {
            Some(Ending::Lagged | Ending::Revoked) => None,
            Some(Ending::Drained { .. }) | None => {
                pop(&mut waiting.urgent).or_else(|| pop(&mut waiting.normal))
            }
        };
        let Some(frame) = frame else {
            waiting.blocked = false;
            watch(&mut waiting.reader, reader);
            return Poll::Pending;
        };
        waiting.bytes = waiting.bytes.saturating_sub(frame.text.len());
        let much = self.fits_into_half(&waiting, 1, self.bytes as usize / 4);
        drop(waiting);
        self.metrics.queued.dec();
        if much {
            self.room.notify_waiters();
        }
        Poll::Ready(frame)
    }

    /// The reader can't write: it is woken when it must say farewell, not by further messages.
    pub fn blocked(&self, reader: &Waker) {
        let mut waiting = self.waiting.lock();
        waiting.blocked = true;
        watch(&mut waiting.reader, reader);
    }

    /// Whether the connection must say farewell: at once when it lags, else once all is written.
    pub fn ending(&self) -> Option<Ending> {
        let waiting = self.waiting.lock();
        match waiting.ending {
            Some(Ending::Drained { .. }) if waiting.len() > 0 => None,
            ending => ending,
        }
    }

    /// No further messages; the reader is woken to say farewell.
    pub fn end(&self, ending: Ending) {
        let mut waiting = self.waiting.lock();
        if waiting.ending.is_none() && ending == Ending::Lagged {
            self.metrics.lagged.inc();
        }
        // Whoever may not be here any more isn't told what waits, however it was ending.
        if waiting.ending.is_none() || ending == Ending::Revoked {
            waiting.ending = Some(ending);
        }
        let reader = waiting.reader.take();
        drop(waiting);
        self.room.notify_waiters();
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether so many more messages of so many bytes in all leave half of the queue to others.
    pub fn has_room(&self, messages: usize, bytes: usize) -> bool {
        self.fits_into_half(&self.waiting.lock(), messages, bytes)
    }

    /// Waits until a message of so many bytes leaves half of the queue to others, or finds it
    /// empty. False when the connection has ended.
    pub async fn room(&self, bytes: usize) -> bool {
        loop {
            let freed = self.room.notified();
            tokio::pin!(freed);
            freed.as_mut().enable();
            {
                let waiting = self.waiting.lock();
                if waiting.closed || waiting.ending.is_some() {
                    return false;
                }
                if waiting.len() == 0 || self.fits_into_half(&waiting, 1, bytes) {
                    return true;
                }
            }
            freed.await;
        }
    }

    fn fits_into_half(&self, waiting: &Waiting, messages: usize, bytes: usize) -> bool {
        (waiting.len() + messages) * 2 <= self.messages as usize
            && (waiting.bytes + bytes) * 2 <= self.bytes as usize
    }

    /// The position of the first message of a subscription that still waits.
    pub fn first_waiting(&self, subscription: u64) -> Option<u64> {
        let waiting = self.waiting.lock();
        let all = waiting.urgent.iter().chain(&waiting.normal);
        all.filter(|frame| frame.subscription == subscription)
            .map(|frame| frame.position)
            .next()
    }

    /// Forgets the messages of a subscription that still wait.
    pub fn forget(&self, subscription: u64) {
        let mut waiting = self.waiting.lock();
        let before = waiting.len();
        waiting
            .urgent
            .retain(|frame| frame.subscription != subscription);
        waiting
            .normal
            .retain(|frame| frame.subscription != subscription);
        let all = waiting.urgent.iter().chain(&waiting.normal);
        waiting.bytes = all.map(|frame| frame.text.len()).sum();
        let gone = before - waiting.len();
        drop(waiting);
        self.metrics.queued.sub(i64::try_from(gone).unwrap_or(0));
    }

    /// The connection is over: whatever waits is dropped.
    pub fn close(&self) {
        let mut waiting = self.waiting.lock();
        let gone = waiting.len();
        *waiting = Waiting {
            closed: true,
            ending: waiting.ending,
            ..Waiting::default()
        };
        drop(waiting);
        self.metrics.queued.sub(i64::try_from(gone).unwrap_or(0));
        self.room.notify_waiters();
    }
}

fn watch(slot: &mut Option<Waker>, reader: &Waker) {
    if !slot.as_ref().is_some_and(|known| known.will_wake(reader)) {
        *slot = Some(reader.clone());
    }
}

/// Takes the first, and gives the memory back with the last.
fn pop(lane: &mut VecDeque<Frame>) -> Option<Frame> {
    let frame = lane.pop_front();
    if lane.is_empty() {
        *lane = VecDeque::new();
    }
    frame
}

#[cfg(test)]
mod tests;
