//! The state of one rule at one source.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Decision, Seen, Terms, Verdict};

/// Where a source stands. In JSON it survives a restart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watch {
    #[serde(flatten)]
    pub phase: Phase,
    /// When it was raised of late, the oldest first: no more than damping counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub raised: Vec<DateTime<Utc>>,
}

/// From nothing wrong over wrong, raised and over to nothing wrong again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "camelCase")]
pub enum Phase {
    #[default]
    Clear,
    /// Wrong, but not yet for long enough.
    Pending {
        since: DateTime<Utc>,
        /// When this was heard, if later.
        counted: DateTime<Utc>,
    },
    Raised {
        since: DateTime<Utc>,
    },
    /// Fine, but not yet for long enough.
    Clearing {
        /// Since when it had been wrong.
        since: DateTime<Utc>,
        fine: DateTime<Utc>,
        counted: DateTime<Utc>,
    },
}

impl Watch {
    /// Nothing is known that a new watch would not know.
    pub fn is_fresh(&self) -> bool {
        self.phase == Phase::Clear && self.raised.is_empty()
    }

    /// Whether its alert is open, as far as the rule is concerned; since when it was wrong.
    pub fn raised_since(&self) -> Option<DateTime<Utc>> {
        match self.phase {
            Phase::Clear | Phase::Pending { .. } => None,
            Phase::Raised { since } | Phase::Clearing { since, .. } => Some(since),
        }
    }

    /// The time at which it goes on by itself, if nothing else comes.
    pub fn due(&self, terms: &Terms) -> Option<DateTime<Utc>> {
        match self.phase {
            Phase::Clear | Phase::Raised { .. } => None,
            Phase::Pending { counted, .. } => Some(counted + terms.hold),
            Phase::Clearing { counted, .. } => Some(counted + self.calm(terms)),
        }
    }

    /// A reading newer than all before it.
    pub(super) fn observe(
        &mut self,
        terms: &Terms,
        now: &Seen,
        verdict: Verdict,
    ) -> Option<Decision> {
        match (self.phase, verdict) {
            (_, Verdict::Unknown) => None,
            (Phase::Clear, Verdict::Fine | Verdict::Between)
            | (Phase::Raised { .. }, Verdict::Wrong | Verdict::Between) => None,
            (Phase::Clear, Verdict::Wrong) => {
                self.phase = Phase::Pending {
                    since: now.time,
                    counted: now.counted_from(),
                };
                self.raise_if_held(terms, now.time)
            }
            (Phase::Pending { .. }, Verdict::Wrong) => self.raise_if_held(terms, now.time),
            (Phase::Pending { .. }, Verdict::Fine | Verdict::Between) => {
                self.phase = Phase::Clear;
                None
            }
            (Phase::Raised { since }, Verdict::Fine) => {
                self.phase = Phase::Clearing {
                    since,
                    fine: now.time,
                    counted: now.counted_from(),
                };
                self.clear_if_calm(terms, now.time)
            }
            (Phase::Clearing { .. }, Verdict::Fine) => self.clear_if_calm(terms, now.time),
            (Phase::Clearing { since, .. }, Verdict::Wrong | Verdict::Between) => {
                self.phase = Phase::Raised { since };
                None
            }
        }
    }

    /// Time has passed. `applies` says whether the rule does now.
    pub(super) fn tick(
        &mut self,
        terms: &Terms,
        now: DateTime<Utc>,
        applies: bool,
    ) -> Option<Decision> {
        let due = self.due(terms).filter(|due| *due <= now)?;
        match self.phase {
            Phase::Clear | Phase::Raised { .. } => None,
            Phase::Pending { .. } if !applies => {
                self.phase = Phase::Clear;
                None
            }
            Phase::Pending { since, .. } => Some(self.raise(terms, since, due)),
            Phase::Clearing { since, .. } => Some(self.clear(since, due)),
        }
    }

    /// Nothing newer has come since a time, for long enough.
    pub(super) fn silent(
        &mut self,
        terms: &Terms,
        since: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Option<Decision> {
        match self.phase {
            Phase::Clear | Phase::Pending { .. } => Some(self.raise(terms, since, at)),
            Phase::Raised { .. } => None,
            Phase::Clearing { since, .. } => {
                self.phase = Phase::Raised { since };
                None
            }
        }
    }

    /// The rule no longer looks at the source: what it raised is over.
    pub fn leave(&mut self, at: DateTime<Utc>) -> Option<Decision> {
        let since = self.raised_since();
        *self = Self::default();
        since.map(|since| Decision::Clear { since, at })
    }

    fn raise_if_held(&mut self, terms: &Terms, at: DateTime<Utc>) -> Option<Decision> {
        match self.phase {
            Phase::Pending { since, .. } if at - since >= terms.hold => {
                Some(self.raise(terms, since, at))
            }
            Phase::Pending { .. }
            | Phase::Clear
            | Phase::Raised { .. }
            | Phase::Clearing { .. } => None,
        }
    }

    fn clear_if_calm(&mut self, terms: &Terms, at: DateTime<Utc>) -> Option<Decision> {
        match self.phase {
            Phase::Clearing { since, fine, .. } if at - fine >= self.calm(terms) => {
                Some(self.clear(since, at))
            }
            Phase::Clearing { .. }
            | Phase::Clear
            | Phase::Pending { .. }
            | Phase::Raised { .. } => None,
        }
    }

    fn raise(&mut self, terms: &Terms, since: DateTime<Utc>, at: DateTime<Utc>) -> Decision {
        self.phase = Phase::Raised { since };
        if let Some((raises, within)) = terms.damping {
            self.raised.retain(|raised| at - *raised < within);
            self.raised.push(at);
            let beyond = self.raised.len().saturating_sub(raises);
            self.raised.drain(..beyond);
        }
        let flapping = self.is_flapping(terms);
        Decision::Raise {
            since,
            at,
            flapping,
        }
    }

    fn clear(&mut self, since: DateTime<Utc>, at: DateTime<Utc>) -> Decision {
        self.phase = Phase::Clear;
        Decision::Clear { since, at }
    }

    fn is_flapping(&self, terms: &Terms) -> bool {
        terms
            .damping
            .is_some_and(|(raises, _)| self.raised.len() >= raises)
    }

    /// How long it must be fine.
    fn calm(&self, terms: &Terms) -> TimeDelta {
        match terms.damping {
            Some((_, within)) if self.is_flapping(terms) => terms.clear.max(within),
            Some(_) | None => terms.clear,
        }
    }
}
