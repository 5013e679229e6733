//! What the checker says.

use std::collections::BTreeMap;
use std::fmt;

/// The most objections named of one rule.
const MOST_NAMED: u64 = 20;

/// A promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// What was acknowledged is in the log: at that position, with that mark and revision.
    Acknowledged,
    /// What is in the log was acknowledged or is unknown: nobody else wrote.
    Known,
    /// A command is in the log once, its events side by side, also when it was sent again.
    Once,
    /// What was refused is not in the log, and what is in the log is not refused when it is sent again.
    Refused,
    /// The versions of an aggregate are 1, 2, 3…
    Versions,
    /// An organization lives on one log of a kind.
    OneLog,
    /// What a client was told first stands first.
    ClientOrder,
    /// What was acknowledged before another was sent stands before it.
    RealTime,
    /// Positions are 1, 2, 3… up to the head.
    Positions,
    /// The stream is the log, message by message.
    Stream,
    /// Every subscriber saw every event of its channel once and in order, or was told of the gap.
    Subscribers,
    /// Every read model is at the log's head and equal to an independent fold.
    ReadModels,
    /// Two rebuilds succeed and are equal.
    Rebuilds,
    /// Optimistic locks are what the log implies.
    Locks,
    /// Claims are what the log implies.
    Claims,
    /// Receipts of the last 24 hours are what the log implies.
    Receipts,
}

impl Rule {
    pub const ALL: [Self; 16] = [
        Self::Acknowledged,
        Self::Known,
        Self::Once,
        Self::Refused,
        Self::Versions,
        Self::OneLog,
        Self::ClientOrder,
        Self::RealTime,
        Self::Positions,
        Self::Stream,
        Self::Subscribers,
        Self::ReadModels,
        Self::Rebuilds,
        Self::Locks,
        Self::Claims,
        Self::Receipts,
    ];

    /// `client-order`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Known => "known",
            Self::Once => "once",
            Self::Refused => "refused",
            Self::Versions => "versions",
            Self::OneLog => "one-log",
            Self::ClientOrder => "client-order",
            Self::RealTime => "real-time",
            Self::Positions => "positions",
            Self::Stream => "stream",
            Self::Subscribers => "subscribers",
            Self::ReadModels => "read-models",
            Self::Rebuilds => "rebuilds",
            Self::Locks => "locks",
            Self::Claims => "claims",
            Self::Receipts => "receipts",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A promise that was broken, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub rule: Rule,
    pub text: String,
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.text)
    }
}

/// Gathers objections, a bounded number of each rule.
#[derive(Debug, Default)]
pub(super) struct Objections {
    named: Vec<Objection>,
    counts: BTreeMap<Rule, u64>,
}

impl Objections {
    pub(super) fn add(&mut self, rule: Rule, text: impl FnOnce() -> String) {
        let count = self.counts.entry(rule).or_default();
        *count += 1;
        if *count <= MOST_NAMED {
            self.named.push(Objection { rule, text: text() });
        }
    }

    pub(super) fn into_all(mut self) -> Vec<Objection> {
        for (rule, count) in self.counts {
            if count > MOST_NAMED {
                let text = format!("… and {} more", count - MOST_NAMED);
                self.named.push(Objection { rule, text });
            }
        }
        self.named.sort_by_key(|objection| objection.rule);
        self.named
    }
}
