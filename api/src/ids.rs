//! New ids, handed in so that tests can foresee them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use uuid::{Builder, Uuid};

/// Makes ids for things that callers don't name, and for requests.
#[derive(Clone, Debug)]
pub struct Ids(Source);

#[derive(Clone, Debug)]
enum Source {
    Random(Arc<Mutex<Newest>>),
    Counted(Arc<AtomicU64>),
}

/// The newest id drawn. Those of one millisecond ascend (RFC 9562, section 6.2, method 2), so that things
/// made in a row are listed in that order.
#[derive(Debug, Default)]
struct Newest {
    millis: u64,
    tail: [u8; 10],
}

impl Newest {
    fn next(&mut self, millis: u64) -> [u8; 10] {
        if millis == self.millis {
            // By steps that nobody can guess. The seven bytes begin below half of what they hold: they don't
            // overflow within a millisecond.
            let mut low = [0; 8];
            low[1..].copy_from_slice(&self.tail[3..]);
            let low = u64::from_be_bytes(low) + 1 + u64::from(rand::random::<u32>());
            self.tail[3..].copy_from_slice(&low.to_be_bytes()[1..]);
        } else {
            *self = Self {
                millis,
                tail: rand::random(),
            };
            self.tail[3] &= 0x7f;
        }
        self.tail
    }
}

impl Ids {
    pub fn random() -> Self {
        Self(Source::Random(Arc::default()))
    }

    /// The random part counts from 1.
    pub fn counted() -> Self {
        Self(Source::Counted(Arc::new(AtomicU64::new(0))))
    }

    /// A UUID of version 7: sorts by the time it was made.
    pub fn uuid_v7(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        let mut tail = [0; 10];
        match &self.0 {
            Source::Random(newest) => tail = newest.lock().next(millis),
            Source::Counted(last) => {
                let next = last.fetch_add(1, Ordering::SeqCst) + 1;
                if let Some(low) = tail.get_mut(2..) {
                    low.copy_from_slice(&next.to_be_bytes());
                }
            }
        }
        Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    /// 8 bytes as 16 hexadecimal digits, never all zero: a span's id.
    pub fn span_id(&self) -> String {
        let number = match &self.0 {
            Source::Random(_) => rand::random::<u64>().max(1),
            Source::Counted(last) => last.fetch_add(1, Ordering::SeqCst) + 1,
        };
        format!("{number:016x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_never_repeat() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_000).unwrap();
        for ids in [Ids::random(), Ids::counted()] {
            let (one, two) = (ids.uuid_v7(at), ids.uuid_v7(at));
            assert_eq!(one.get_version_num(), 7);
            assert_ne!(one, two);
            assert_eq!(ids.span_id().len(), 16);
        }
    }

    #[test]
    fn those_of_one_millisecond_ascend() {
        let at = DateTime::from_timestamp_millis(1_790_000_000_000).unwrap();
        let ids = Ids::random();
        let drawn: Vec<Uuid> = (0..10_000).map(|_| ids.uuid_v7(at)).collect();
        assert!(drawn.is_sorted_by(|one, other| one < other));
        assert!(drawn.iter().all(|id| id.get_version_num() == 7));
    }
}
