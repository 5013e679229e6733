//! What happened, counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::kind::Kind;
use crate::service::{Gap, Service};

/// A counter that anybody may raise.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One fault that struck.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strike {
    pub(crate) kind: Kind,
    pub(crate) from: Instant,
    /// When it was lifted: the process started again, the disk emptied.
    pub(crate) to: Instant,
    /// Time without service that it measured itself, because the load was told to stand still.
    pub(crate) outage: Option<Duration>,
}

/// Everything that is counted in a run.
#[derive(Debug)]
pub(crate) struct Tally {
    pub(crate) acknowledged: Count,
    pub(crate) refused: Count,
    pub(crate) unknown: Count,
    /// Unknown at first, then known by a repeat under the same key.
    pub(crate) settled: Count,
    /// Repeats of what was acknowledged already.
    pub(crate) repeated: Count,
    pub(crate) events: Count,
    pub(crate) resumed: Count,
    pub(crate) not_recovered: Count,
    /// Processes that ended without having been killed.
    pub(crate) ended_alone: Count,
    pub(crate) service: Service,
    strikes: Mutex<Vec<Strike>>,
    broken: Mutex<Vec<String>>,
}

/// What became of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OfKind {
    pub(crate) struck: u64,
    /// Longest time in which nothing was acknowledged anywhere while it struck or right after, but for the rests that we ordered.
    pub(crate) longest_outage: Duration,
    /// Longest time from its end to the next acknowledgement.
    pub(crate) longest_recovery: Duration,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            acknowledged: Count::default(),
            refused: Count::default(),
            unknown: Count::default(),
            settled: Count::default(),
            repeated: Count::default(),
            events: Count::default(),
            resumed: Count::default(),
            not_recovered: Count::default(),
            ended_alone: Count::default(),
            service: Service::new(),
            strikes: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    pub(crate) fn struck(&self, strike: Strike) {
        self.strikes.lock().push(strike);
    }

    /// A promise that was broken, seen on the way.
    pub(crate) fn broken(&self, what: impl Into<String>) {
        let what = what.into();
        println!("BROKEN: {what}");
        self.broken.lock().push(what);
    }

    pub(crate) fn broken_so_far(&self) -> Vec<String> {
        self.broken.lock().clone()
    }

    pub(crate) fn by_kind(&self) -> BTreeMap<Kind, OfKind> {
        of_kinds(&self.strikes.lock(), &self.service.gaps())
    }
}

fn of_kinds(strikes: &[Strike], gaps: &[Gap]) -> BTreeMap<Kind, OfKind> {
    let mut all: BTreeMap<Kind, OfKind> = BTreeMap::new();
    for strike in strikes {
        let of = all.entry(strike.kind).or_default();
        of.struck += 1;
        if let Some(outage) = strike.outage {
            of.longest_outage = of.longest_outage.max(outage);
            continue;
        }
        for gap in gaps {
            if gap.from <= strike.to && gap.to >= strike.from {
                of.longest_outage = of.longest_outage.max(gap.length());
            }
            if gap.from <= strike.to && gap.to >= strike.to {
                of.longest_recovery = of.longest_recovery.max(gap.to - strike.to);
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_belongs_to_the_faults_it_meets() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let strike = |kind, from, to| Strike {
            kind,
            from: at(from),
            to: at(to),
            outage: None,
        };
        let gap = |from, to| Gap {
            from: at(from),
            to: at(to),
        };
        let strikes = [
            strike(Kind::KillNats, 10, 12),
            strike(Kind::KillPostgres, 20, 23),
        ];
        let found = of_kinds(&strikes, &[gap(1, 9), gap(20, 25), gap(26, 40)]);
        assert_eq!(found[&Kind::KillNats].longest_outage, Duration::ZERO);
        let postgres = &found[&Kind::KillPostgres];
        assert_eq!(postgres.longest_outage, Duration::from_secs(5));
        assert_eq!(postgres.longest_recovery, Duration::from_secs(2));
        assert_eq!(postgres.struck, 1);
    }
}
