//! What becomes of mail.

use flowgrid_workers::mail::{MailCounts, OutboxStatus};
use prometheus::{IntCounter, IntGauge, Registry};

/// Set by `/metrics` just before it answers.
pub struct MailMetrics {
    sent: IntCounter,
    failed: IntCounter,
    given_up: IntCounter,
    waiting: IntGauge,
    oldest_seconds: IntGauge,
}

impl MailMetrics {
    /// # Errors
    /// When a name is malformed or taken.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        Ok(Self {
            sent: counter("flowgrid_mail_sent_total", "Mails sent by this process")?,
            failed: counter(
                "flowgrid_mail_failed_total",
                "Attempts of this process that are repeated later",
            )?,
            given_up: counter(
                "flowgrid_mail_given_up_total",
                "Mails that this process has given up",
            )?,
            waiting: gauge("flowgrid_mail_waiting", "Mails in the outbox")?,
            oldest_seconds: gauge(
                "flowgrid_mail_oldest_seconds",
                "How long the oldest mail in the outbox has waited",
            )?,
        })
    }

    /// What this process has done so far.
    pub fn count(&self, counts: MailCounts) {
        let MailCounts {
            sent,
            failed,
            given_up,
            waiting: _,
        } = counts;
        for (counter, total) in [
            (&self.sent, sent),
            (&self.failed, failed),
            (&self.given_up, given_up),
        ] {
            counter.inc_by(total.saturating_sub(counter.get()));
        }
    }

    /// What waits, of all processes.
    pub fn set(&self, status: OutboxStatus) {
        self.waiting.set(status.waiting);
        self.oldest_seconds.set(status.oldest_s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_counted_once() {
        let metrics = MailMetrics::new(&Registry::new()).unwrap();
        for sent in [3, 3, 5] {
            metrics.count(MailCounts {
                sent,
                ..MailCounts::default()
            });
        }
        assert_eq!((metrics.sent.get(), metrics.failed.get()), (5, 0));
    }
}
