//! When failed logins become a threat. Pure: whoever asks brings the failures of the window.
//!
//! The three shapes are those of the MITRE ATT&CK technique T1110 (brute force): guessing against one
//! account (T1110.001), from one address, and spraying a few guesses over many accounts (T1110.003).

use std::collections::{BTreeMap, BTreeSet};

use super::ThreatKind;
use crate::alerts::Severity;

/// One failed login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginFailure {
    /// Id of the security record.
    pub record: String,
    /// Id of the person, or a keyed hash of the e-mail address where nobody has it.
    pub account: String,
    /// Keyed hash of the network address.
    pub address: String,
    /// How often within that minute, at least 1.
    pub count: u64,
}

/// From how many failures within the window on they are a threat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    pub for_one_account: u64,
    pub from_one_address: u64,
    /// So many different accounts from one address.
    pub accounts: usize,
}

impl Default for Thresholds {
    /// Twice what a caller is allowed in the same 15 minutes: nobody gets there by mistyping.
    fn default() -> Self {
        Self {
            for_one_account: 10,
            from_one_address: 20,
            accounts: 10,
        }
    }
}

/// A threat in the making, with all its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: ThreatKind,
    pub subject: String,
    pub severity: Severity,
    /// Ids of security records, in the order of the failures.
    pub evidence: Vec<String>,
    /// How many failures.
    pub count: u64,
}

/// The threats in the failures of one window, the oldest first.
pub fn brute_force(failures: &[LoginFailure], thresholds: Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (account, evidence) in grouped(failures, |failure| &failure.account) {
        if sum(&evidence) >= thresholds.for_one_account {
            findings.push(finding(
                ThreatKind::BruteForceAccount,
                account,
                Severity::High,
                &evidence,
            ));
        }
    }
    for (address, evidence) in grouped(failures, |failure| &failure.address) {
        let accounts: BTreeSet<&str> = evidence.iter().map(|one| &*one.account).collect();
        if accounts.len() >= thresholds.accounts {
            let kind = ThreatKind::BruteForceSpread;
            findings.push(finding(kind, address, Severity::Critical, &evidence));
        } else if sum(&evidence) >= thresholds.from_one_address {
            let kind = ThreatKind::BruteForceAddress;
            findings.push(finding(kind, address, Severity::High, &evidence));
        }
    }
    findings
}

fn sum(failures: &[&LoginFailure]) -> u64 {
    failures.iter().map(|failure| failure.count).sum()
}

fn grouped(
    failures: &[LoginFailure],
    by: fn(&LoginFailure) -> &String,
) -> BTreeMap<&str, Vec<&LoginFailure>> {
    let mut groups: BTreeMap<&str, Vec<&LoginFailure>> = BTreeMap::new();
    for failure in failures {
        groups.entry(by(failure)).or_default().push(failure);
    }
    groups
}

fn finding(
    kind: ThreatKind,
    subject: &str,
    severity: Severity,
    failures: &[&LoginFailure],
) -> Finding {
    Finding {
        kind,
        subject: subject.to_owned(),
        severity,
        evidence: failures
            .iter()
            .map(|failure| failure.record.clone())
            .collect(),
        count: sum(failures),
    }
}
