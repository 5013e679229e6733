//! A threat's life: none, open, dismissed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Detected, Dismissed, OPEN_THREAT, SeenAgain, ThreatEvent, ThreatKind, ThreatStatus};
use crate::alerts::Severity;
use crate::values::{Line, PersonId, whole_micros};
use crate::{ClaimChange, Decider, LogKind, Rejection};

/// A threat holds no more evidence than this: the oldest and the newest.
pub const MAX_EVIDENCE: usize = 100;

/// A threat in one phase of its life.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Threat {
    #[default]
    None,
    Open(ThreatFacts),
    Dismissed(ThreatFacts),
}

/// What is known about a threat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreatFacts {
    pub kind: ThreatKind,
    pub subject: String,
    pub severity: Severity,
    pub description: String,
    pub evidence: Vec<String>,
    /// How often it was seen.
    pub count: u64,
    pub first_seen_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
}

/// One command to one threat.
#[derive(Clone, Debug, PartialEq)]
pub enum ThreatCommand {
    /// Opens it, or adds evidence where it is open already.
    Notice(Notice),
    Dismiss {
        by: PersonId,
        at: DateTime<Utc>,
    },
}

/// Something was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub kind: ThreatKind,
    pub subject: Line<200>,
    pub severity: Severity,
    pub description: Line<500>,
    /// Ids of security records.
    pub evidence: Vec<String>,
    /// How often they saw it where it is new, at least 1.
    pub count: u64,
    /// How often the newest of them saw it: what is added where it is known.
    pub newest: u64,
    pub at: DateTime<Utc>,
}

impl Threat {
    /// What is known, and whether somebody has dealt with it; `None` while there is none.
    pub fn facts(&self) -> Option<(&ThreatFacts, ThreatStatus)> {
        match self {
            Self::None => None,
            Self::Open(facts) => Some((facts, ThreatStatus::Open)),
            Self::Dismissed(facts) => Some((facts, ThreatStatus::Dismissed)),
        }
    }
}

impl Decider for Threat {
    const TYPE: &'static str = "threat";
    const LOG: LogKind = LogKind::Identity;
    type Command = ThreatCommand;
    type Event = ThreatEvent;

    fn decide(&self, command: &ThreatCommand) -> Result<Vec<ThreatEvent>, Rejection> {
        match (self, command) {
            (Self::None, ThreatCommand::Notice(notice)) => {
                Ok(vec![ThreatEvent::Detected(notice.into())])
            }
            (Self::Open(facts), ThreatCommand::Notice(notice)) => {
                Ok(facts.again(notice).into_iter().collect())
            }
            (Self::Dismissed(_), ThreatCommand::Notice(_)) => Err(Rejection::Conflict {
                code: "threat-dismissed",
                detail: "somebody has dealt with it; what comes now is another one".to_owned(),
            }),
            (Self::None, ThreatCommand::Dismiss { .. }) => Err(Rejection::NotFound),
            (Self::Open(_), ThreatCommand::Dismiss { by, at }) => {
                Ok(vec![ThreatEvent::Dismissed(Dismissed {
                    by: by.as_str().to_owned(),
                    at: whole_micros(*at),
                })])
            }
            (Self::Dismissed(_), ThreatCommand::Dismiss { .. }) => Ok(Vec::new()),
        }
    }

    fn evolve(&mut self, event: &ThreatEvent) {
        match event {
            ThreatEvent::Detected(detected) => *self = Self::Open(detected.into()),
            ThreatEvent::SeenAgain(again) => {
                if let Self::Open(facts) = self {
                    facts.add(again);
                }
            }
            ThreatEvent::Dismissed(_) => {
                if let Self::Open(facts) = std::mem::take(self) {
                    *self = Self::Dismissed(facts);
                }
            }
        }
    }

    fn claims(&self, event: &ThreatEvent) -> Vec<ClaimChange> {
        match (self, event) {
            (_, ThreatEvent::Detected(detected)) => {
                let key = key(detected.threat_type, &detected.subject);
                vec![ClaimChange::take(OPEN_THREAT, key)]
            }
            (Self::Open(facts), ThreatEvent::Dismissed(_)) => {
                vec![ClaimChange::release(
                    OPEN_THREAT,
                    key(facts.kind, &facts.subject),
                )]
            }
            (Self::None | Self::Dismissed(_), ThreatEvent::Dismissed(_))
            | (_, ThreatEvent::SeenAgain(_)) => Vec::new(),
        }
    }
}

fn key(kind: ThreatKind, subject: &str) -> String {
    format!("{}/{subject}", kind.as_str())
}

impl ThreatKind {
    pub const ALL: [Self; 6] = [
        Self::BruteForceAccount,
        Self::BruteForceAddress,
        Self::BruteForceSpread,
        Self::TokenReuse,
        Self::PrivilegeProbing,
        Self::UnusualAddress,
    ];

    /// `brute-force-account`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BruteForceAccount => "brute-force-account",
            Self::BruteForceAddress => "brute-force-address",
            Self::BruteForceSpread => "brute-force-spread",
            Self::TokenReuse => "token-reuse",
            Self::PrivilegeProbing => "privilege-probing",
            Self::UnusualAddress => "unusual-address",
        }
    }
}

impl ThreatFacts {
    /// Only what is new: known evidence of no greater severity is nothing.
    fn again(&self, notice: &Notice) -> Option<ThreatEvent> {
        let new = notice
            .evidence
            .iter()
            .filter(|id| !self.evidence.contains(id));
        let new: Vec<String> = new.cloned().collect();
        let severity = self.severity.max(notice.severity);
        if new.is_empty() && severity == self.severity {
            return None;
        }
        let seen = if new.is_empty() { 0 } else { notice.newest };
        let mut evidence = [self.evidence.as_slice(), &new].concat();
        bound(&mut evidence);
        Some(ThreatEvent::SeenAgain(SeenAgain {
            severity,
            evidence,
            occurred_at: whole_micros(notice.at),
            count: self.count.saturating_add(seen),
        }))
    }

    fn add(&mut self, again: &SeenAgain) {
        self.severity = again.severity;
        self.last_seen_at = again.occurred_at;
        self.evidence.clone_from(&again.evidence);
        self.count = again.count;
    }
}

/// Keeps the oldest half and the newest half.
fn bound(evidence: &mut Vec<String>) {
    let surplus = evidence.len().saturating_sub(MAX_EVIDENCE);
    let oldest = MAX_EVIDENCE / 2;
    if surplus > 0 {
        evidence.drain(oldest..oldest + surplus);
    }
}

impl From<&Notice> for Detected {
    fn from(notice: &Notice) -> Self {
        let mut evidence = notice.evidence.clone();
        bound(&mut evidence);
        Self {
            threat_type: notice.kind,
            subject: notice.subject.as_str().to_owned(),
            severity: notice.severity,
            description: notice.description.as_str().to_owned(),
            evidence,
            occurred_at: whole_micros(notice.at),
            count: notice.count.max(1),
        }
    }
}

impl From<&Detected> for ThreatFacts {
    fn from(detected: &Detected) -> Self {
        let detected = detected.clone();
        Self {
            kind: detected.threat_type,
            subject: detected.subject,
            severity: detected.severity,
            description: detected.description,
            evidence: detected.evidence,
            count: detected.count,
            first_seen_at: detected.occurred_at,
            last_seen_at: detected.occurred_at,
        }
    }
}
