//! What a stretch of time is compared to.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::local::{first_shown, local_time, moment};
use super::{Bucket, BucketSize};

impl BucketSize {
    /// As many buckets as `span` touches, right before them: the week before this week, the three
    /// months before these three. It takes a step for each: callers bound the span first.
    pub fn span_before(self, span: Bucket, zone: Tz) -> Bucket {
        let mut buckets = self.buckets(span.start, span.end, zone);
        let Some(first) = buckets.next() else {
            return Bucket {
                start: span.start,
                end: span.start,
            };
        };
        let mut before = self.previous(first, zone);
        for _ in buckets {
            before = self.previous(before, zone);
        }
        Bucket {
            start: before.start,
            end: first.start,
        }
    }

    /// The bucket before that of `now`, as far as its clocks had come: at half past two on Tuesday,
    /// Monday until half past two. A month that is too short for that counts in whole.
    pub fn same_time_before(self, now: DateTime<Utc>, zone: Tz) -> Bucket {
        let current = self.bucket(now, zone);
        let before = self.previous(current, zone);
        let passed = local_time(zone, now) - local_time(zone, current.start);
        let shown = local_time(zone, before.start).checked_add_signed(passed);
        let end = shown.map_or(before.end, |local| moment(first_shown(zone, local)));
        Bucket {
            start: before.start,
            end: end.clamp(before.start, before.end),
        }
    }
}
