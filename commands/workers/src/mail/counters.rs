//! What the runner of a process has done, for metrics.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Counted since the process came up.
#[derive(Debug, Default)]
pub struct MailCounters {
    sent: AtomicU64,
    failed: AtomicU64,
    given_up: AtomicU64,
    waiting: AtomicI64,
}

/// What [`MailCounters`] stood at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCounts {
    pub sent: u64,
    /// Attempts that are repeated later.
    pub failed: u64,
    /// Mails that nobody tries to send any more.
    pub given_up: u64,
    /// Mails in the outbox, of all processes, as last looked at.
    pub waiting: i64,
}

impl MailCounters {
    pub fn read(&self) -> MailCounts {
        MailCounts {
            sent: self.sent.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            given_up: self.given_up.load(Ordering::Relaxed),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn count_sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_given_up(&self, mails: u64) {
        self.given_up.fetch_add(mails, Ordering::Relaxed);
    }

    pub(crate) fn set_waiting(&self, mails: i64) {
        self.waiting.store(mails, Ordering::Relaxed);
    }
}
