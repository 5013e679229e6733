//! The same from the same caller again and again is recorded a few times a minute, with a count.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::sighting::{Kind, Sighting};

/// How long what comes again is counted.
const SPAN: Duration = Duration::from_secs(60);
/// How many callers are remembered at once. What more of them do within a minute is not recorded.
const MOST: usize = 10_000;

/// Who did what to whom: address, kind, person, account and organization.
type Key = (Kind, [u8; 32]);

/// What is being counted.
#[derive(Default)]
pub(super) struct Crowd(HashMap<Key, Counted>);

struct Counted {
    since: Instant,
    total: u32,
    /// Counted and not handed on yet.
    open: u32,
    last: Sighting,
}

/// What becomes of a sighting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is to be recorded, for so many.
    Record(u32),
    /// It is counted.
    Wait,
    /// There are too many callers.
    Full,
}

impl Crowd {
    pub(super) fn count(&mut self, key: Key, sighting: &Sighting, now: Instant) -> Verdict {
        let Some(steps) = sighting.kind.steps() else {
            return Verdict::Record(1);
        };
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            return Verdict::Full;
        }
        let counted = self.0.entry(key).or_insert_with(|| Counted {
            since: now,
            total: 0,
            open: 0,
            last: sighting.clone(),
        });
        counted.total = counted.total.saturating_add(1);
        counted.open = counted.open.saturating_add(1);
        if !steps.contains(&counted.total) {
            return Verdict::Wait;
        }
        Verdict::Record(std::mem::take(&mut counted.open))
    }

    /// What is over and was counted since it was last recorded.
    pub(super) fn over(&mut self, now: Instant) -> Vec<(Sighting, u32)> {
        let ended = self
            .0
            .extract_if(|_, counted| now.duration_since(counted.since) >= SPAN);
        let few = |one: &Counted| one.last.kind.steps().and_then(|steps| steps.first());
        let worth = |one: &Counted| few(one).is_none_or(|few| one.total >= *few);
        ended
            .map(|(_, counted)| counted)
            .filter(|counted| counted.open > 0 && worth(counted))
            .map(|counted| (counted.last, counted.open))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::sighting::Whence;
    use super::*;

    fn sighting(kind: Kind) -> Sighting {
        Sighting {
            kind,
            person: None,
            account: None,
            tenant: None,
            details: serde_json::Map::new(),
            from: Whence::default(),
            at: DateTime::UNIX_EPOCH,
        }
    }

    fn key(kind: Kind, caller: u8) -> Key {
        (kind, [caller; 32])
    }

    #[test]
    fn a_flood_of_one_caller_is_a_few_records_that_count_all_of_it() {
        let (mut crowd, now) = (Crowd::default(), Instant::now());
        let denied = sighting(Kind::PermissionDenied);
        let mut recorded = Vec::new();
        for _ in 0..1_000 {
            match crowd.count(key(denied.kind, 1), &denied, now) {
                Verdict::Record(count) => recorded.push(count),
                Verdict::Wait => {}
                Verdict::Full => panic!("there is room"),
            }
        }
        assert_eq!(recorded, [1, 15, 48]);
        assert!(crowd.over(now).is_empty());
        let rest: Vec<u32> = crowd.over(now + SPAN).iter().map(|one| one.1).collect();
        assert_eq!(rest, [936]);
        assert!(crowd.over(now + SPAN).is_empty());
        let anew = crowd.count(key(denied.kind, 1), &denied, now + SPAN);
        assert_eq!(anew, Verdict::Record(1));
    }

    #[test]
    fn one_thing_not_found_is_everyday_life_and_a_login_is_always_recorded() {
        let (mut crowd, now) = (Crowd::default(), Instant::now());
        let lost = sighting(Kind::NothingFound);
        assert_eq!(crowd.count(key(lost.kind, 1), &lost, now), Verdict::Wait);
        assert!(crowd.over(now + SPAN).is_empty());
        let login = sighting(Kind::Login);
        for _ in 0..3 {
            let verdict = crowd.count(key(login.kind, 1), &login, now);
            assert_eq!(verdict, Verdict::Record(1));
        }
    }

    #[test]
    fn memory_is_bounded_and_known_callers_go_on_being_counted() {
        let (mut crowd, now) = (Crowd::default(), Instant::now());
        let failed = sighting(Kind::LoginFailed);
        let key = |number: usize| {
            let mut caller = [0; 32];
            caller[..8].copy_from_slice(&number.to_le_bytes());
            (failed.kind, caller)
        };
        for number in 0..MOST {
            assert_eq!(crowd.count(key(number), &failed, now), Verdict::Record(1));
        }
        assert_eq!(crowd.count(key(MOST), &failed, now), Verdict::Full);
        assert_eq!(crowd.count(key(0), &failed, now), Verdict::Wait);
    }
}
