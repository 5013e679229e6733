//! The buckets of a range, one after the other.

use std::iter::FusedIterator;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Bucket, BucketSize};

/// The buckets of a range, in order; see [`BucketSize::buckets`].
#[derive(Clone, Debug)]
pub struct Buckets {
    size: BucketSize,
    zone: Tz,
    to: DateTime<Utc>,
    next: Option<Bucket>,
}

impl Buckets {
    pub(super) fn new(size: BucketSize, from: DateTime<Utc>, to: DateTime<Utc>, zone: Tz) -> Self {
        let next = (from < to).then(|| size.bucket(from, zone));
        Self {
            size,
            zone,
            to,
            next,
        }
    }
}

impl Iterator for Buckets {
    type Item = Bucket;

    fn next(&mut self) -> Option<Bucket> {
        let bucket = self.next?;
        let follows = (bucket.end < self.to).then(|| self.size.next(bucket, self.zone));
        // At the end of all time the last bucket is its own successor.
        self.next = follows.filter(|after| after.start > bucket.start);
        Some(bucket)
    }
}

impl FusedIterator for Buckets {}
