//! The arithmetic of one caller's requests: a window that slides.
//!
//! Counted are the requests of the present window, and of the one before the part that the last
//! `window` of time still reaches into, as if they had come evenly.

use std::time::Duration;

use super::decision::seconds;
use super::{Decision, Limit};

/// What is known of one caller in one class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Number of the window since 1970.
    window: u64,
    /// Requests of the window before, and of this one; of all processes, as far as known.
    before: u64,
    present: u64,
    /// Requests of this process that the others don't know yet.
    unsent: u32,
}

/// What all processes together have counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shared {
    pub window: u64,
    pub present: u64,
    pub before: u64,
}

impl Count {
    /// One more request, if the limit allows it.
    pub fn take(&mut self, limit: Limit, now_ms: u64) -> Decision {
        let span = span_ms(limit);
        self.roll(now_ms / span);
        // A clock that stepped back into the window before stands at this one's beginning.
        let elapsed = now_ms.saturating_sub(self.window.saturating_mul(span));
        let quota = u64::from(limit.quota);
        let used = self.carried(span, elapsed) + self.present;
        let allowed = used < quota;
        if allowed {
            self.present += 1;
            self.unsent = self.unsent.saturating_add(1);
        }
        let left = quota.saturating_sub(used + u64::from(allowed));
        let until_next = span - elapsed.min(span - 1);
        Decision {
            allowed,
            limit: limit.quota,
            remaining: u32::try_from(left).unwrap_or(u32::MAX),
            reset_s: seconds(Duration::from_millis(until_next)),
            retry_after_s: match allowed {
                true => 0,
                false => seconds(Duration::from_millis(self.wait_ms(quota, span, elapsed))),
            },
        }
    }

    /// Hands over what the others don't know yet.
    pub fn send(&mut self) -> u32 {
        std::mem::take(&mut self.unsent)
    }

    /// It did not get there.
    pub fn take_back(&mut self, sent: u32) {
        self.unsent = self.unsent.saturating_add(sent);
    }

    pub fn unsent(&self) -> u32 {
        self.unsent
    }

    /// All processes together, what was sent included.
    pub fn learn(&mut self, shared: Shared) {
        if shared.window < self.window {
            // The shared clock is a little behind ours.
            if shared.window + 1 == self.window {
                self.before = self.before.max(shared.present);
            }
            return;
        }
        self.roll(shared.window);
        if shared.window == self.window {
            self.present = shared.present + u64::from(self.unsent);
            self.before = shared.before;
        }
    }

    /// Into the window of this number. A step of one back is left alone: clocks differ.
    fn roll(&mut self, window: u64) {
        if window == self.window || window + 1 == self.window {
            return;
        }
        self.before = match window == self.window + 1 {
            true => self.present,
            false => 0,
        };
        self.present = 0;
        self.window = window;
    }

    /// The part of the window before that still counts.
    fn carried(&self, span: u64, elapsed: u64) -> u64 {
        let left = u128::from(span.saturating_sub(elapsed));
        let part = u128::from(self.before) * left / u128::from(span);
        u64::try_from(part).unwrap_or(u64::MAX)
    }

    /// How long until one more is allowed, when nobody asks in between, in milliseconds.
    fn wait_ms(&self, quota: u64, span: u64, elapsed: u64) -> u64 {
        if self.present < quota {
            let moment = falls_below(self.before, quota - self.present, span);
            return moment.saturating_sub(elapsed);
        }
        // Then this window is the one before.
        span.saturating_sub(elapsed) + falls_below(self.present, quota, span)
    }
}

/// The first moment of a window at which fewer than `room` of those before are still counted.
fn falls_below(before: u64, room: u64, span: u64) -> u64 {
    if before < room {
        return 0;
    }
    let kept = u128::from(room) * u128::from(span) / u128::from(before.max(1));
    span.saturating_sub(u64::try_from(kept).unwrap_or(u64::MAX)) + 1
}

pub fn span_ms(limit: Limit) -> u64 {
    u64::try_from(limit.window.as_millis())
        .unwrap_or(u64::MAX)
        .max(1)
}

#[cfg(test)]
mod tests;
