//! What was refused lately, on one log.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_domain::alerts::Severity;
use flowgrid_domain::security::{Finding, LoginFailure, ThreatKind, Thresholds, brute_force};

/// How long a failure counts.
const SPAN: TimeDelta = TimeDelta::minutes(15);
/// The most that are remembered; the oldest make room.
const MOST: usize = 10_000;
/// So often within that time may one member be refused what it asks for.
const REFUSALS: u64 = 60;
/// Up to so many, each is told of; beyond, the first of a minute: a flood is no flood of evidence.
const EACH: usize = 50;

/// A record, and whose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Slug of the organization.
    pub tenant: String,
    pub id: String,
}

/// One login that failed, with its record in each organization that it concerns.
#[derive(Clone, Debug)]
pub(super) struct Failed {
    pub at: DateTime<Utc>,
    pub account: String,
    pub address: String,
    pub count: u64,
    pub records: Vec<Record>,
}

/// Guessing that goes on.
#[derive(Debug)]
pub(super) struct Guessing {
    pub kind: ThreatKind,
    pub subject: String,
    pub severity: Severity,
    /// How many guesses within the span.
    pub count: u64,
    /// How many of them since it was last told of.
    pub newest: u64,
    /// This failure made it a threat.
    pub first: bool,
    pub records: Vec<Record>,
}

/// One member was refused something.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub at: DateTime<Utc>,
    pub member: String,
    pub count: u64,
    pub record: Record,
}

/// What counts still. Times are those of the records: a replay counts as the first time did.
#[derive(Default)]
pub(super) struct Window {
    failed: VecDeque<Failed>,
    refused: VecDeque<Refused>,
}

impl Window {
    /// The threats that a failure is part of, where they are to be told of: to its account, and from
    /// its address.
    pub(super) fn failed(&mut self, new: Failed) -> Vec<Guessing> {
        let (account, address, at) = (new.account.clone(), new.address.clone(), new.at);
        self.add(new);
        let lately = || self.failed.iter().filter(|one| one.at > at - SPAN);
        let of_account = lately().filter(|one| one.account == account);
        let of_address = lately().filter(|one| one.address == address);
        let both = [
            guessing(&account, &of_account.collect::<Vec<_>>()),
            guessing(&address, &of_address.collect::<Vec<_>>()),
        ];
        both.into_iter().flatten().collect()
    }

    /// Adds it; the same failure of another organization's members is one with it.
    fn add(&mut self, new: Failed) {
        let same = |one: &&mut Failed| {
            one.at == new.at && one.account == new.account && one.address == new.address
        };
        if let Some(known) = self.failed.iter_mut().rev().take(100).find(same) {
            known.records.extend(new.records);
            return;
        }
        let old = |one: &Failed| one.at <= new.at - SPAN;
        while self.failed.len() >= MOST || self.failed.front().is_some_and(old) {
            self.failed.pop_front();
        }
        self.failed.push_back(new);
    }

    /// All refusals of a member, once they are too many.
    pub(super) fn refused(&mut self, new: Refused) -> Option<Vec<Refused>> {
        let (at, member, tenant) = (new.at, new.member.clone(), new.record.tenant.clone());
        let old = |one: &Refused| one.at <= at - SPAN;
        while self.refused.len() >= MOST || self.refused.front().is_some_and(old) {
            self.refused.pop_front();
        }
        self.refused.push_back(new);
        let of_it = |one: &&Refused| {
            one.at > at - SPAN && one.member == member && one.record.tenant == tenant
        };
        let all: Vec<Refused> = self.refused.iter().filter(of_it).cloned().collect();
        let total: u64 = all.iter().map(|one| one.count).sum();
        (total >= REFUSALS).then_some(all)
    }
}

/// What the failures of one account, or from one address, amount to, the oldest first.
fn guessing(subject: &str, failures: &[&Failed]) -> Option<Guessing> {
    let last = failures.len().checked_sub(1)?;
    if subject.is_empty() || !is_told(failures, last) {
        return None;
    }
    let found = finding(subject, failures)?;
    let before = failures.get(..last).unwrap_or_default();
    let known = finding(subject, before);
    let since = (0..last).rev().take_while(|at| !is_told(failures, *at));
    let since = since.chain([last]).filter_map(|at| failures.get(at));
    Some(Guessing {
        kind: found.kind,
        subject: found.subject,
        severity: found.severity,
        count: found.count,
        newest: since.map(|one| one.count).sum(),
        first: known.is_none_or(|known| known.kind != found.kind),
        records: failures
            .iter()
            .flat_map(|one| one.records.clone())
            .collect(),
    })
}

fn is_told(failures: &[&Failed], at: usize) -> bool {
    let minute = |at: usize| Some(failures.get(at)?.at.timestamp().div_euclid(60));
    at < EACH || minute(at) != minute(at - 1)
}

fn finding(subject: &str, failures: &[&Failed]) -> Option<Finding> {
    let failure = |(number, one): (usize, &&Failed)| LoginFailure {
        record: number.to_string(),
        account: one.account.clone(),
        address: one.address.clone(),
        count: one.count,
    };
    let failures: Vec<LoginFailure> = failures.iter().enumerate().map(failure).collect();
    let found = brute_force(&failures, Thresholds::default());
    // Of others, only a part was looked at.
    found.into_iter().find(|one| one.subject == subject)
}

#[cfg(test)]
mod tests {
    use flowgrid_domain::security::ThreatKind;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn failed(minute: i64, account: usize, address: usize, tenant: &str) -> Failed {
        Failed {
            at: at(minute),
            account: format!("account-{account}"),
            address: format!("address-{address}"),
            count: 1,
            records: vec![Record {
                tenant: tenant.to_owned(),
                id: format!("r-{minute}-{account}"),
            }],
        }
    }

    fn kinds(found: &[Guessing]) -> Vec<ThreatKind> {
        found.iter().map(|one| one.kind).collect()
    }

    #[test]
    fn guesses_add_up_over_organizations_and_only_within_the_window() {
        let mut window = Window::default();
        for account in 0..9 {
            let tenant = format!("org-{account}");
            let findings = window.failed(failed(1, account, 7, &tenant));
            assert_eq!(kinds(&findings), []);
        }
        let findings = window.failed(failed(2, 9, 7, "org-9"));
        assert_eq!(kinds(&findings), [ThreatKind::BruteForceSpread]);
        assert!(findings[0].first);
        assert_eq!(findings[0].records.len(), 10);
        let findings = window.failed(failed(3, 11, 7, "org-9"));
        assert!(!findings[0].first);
        let findings = window.failed(failed(40, 10, 7, "org-10"));
        assert_eq!(kinds(&findings), []);
    }

    #[test]
    fn one_guess_at_a_member_of_many_organizations_counts_once() {
        let mut window = Window::default();
        for tenant in 0..30 {
            let findings = window.failed(failed(1, 1, 1, &format!("org-{tenant}")));
            assert_eq!((kinds(&findings), window.failed.len()), (vec![], 1));
        }
    }

    #[test]
    fn a_flood_is_told_of_once_a_minute_and_all_of_it_is_counted() {
        let mut window = Window::default();
        let mut told = 0;
        let mut counted = 0;
        for second in 0..600 {
            let new = Failed {
                at: at(1) + TimeDelta::seconds(second),
                address: format!("address-{second}"),
                ..failed(1, 1, 1, "acme")
            };
            for one in window.failed(new) {
                told += 1;
                counted = if one.first {
                    one.count
                } else {
                    counted + one.newest
                };
                assert_eq!(one.kind, ThreatKind::BruteForceAccount);
            }
        }
        // Up to the fiftieth each but the first nine, then nine minutes begin.
        assert_eq!((told, counted), (41 + 9, 541));
    }

    #[test]
    fn what_is_too_old_or_too_much_is_forgotten() {
        let mut window = Window::default();
        for number in 0..MOST + 10 {
            window.failed(failed(1, number, number, "acme"));
        }
        assert_eq!(window.failed.len(), MOST);
        window.failed(failed(17, 1, 1, "acme"));
        assert_eq!(window.failed.len(), 1);
    }

    #[test]
    fn refusals_count_for_each_member_alone() {
        let refused = |member: usize| Refused {
            at: at(1),
            member: format!("m-{member}"),
            count: 30,
            record: Record {
                tenant: "acme".into(),
                id: "r".into(),
            },
        };
        let mut window = Window::default();
        for member in 0..10 {
            assert!(window.refused(refused(member)).is_none());
        }
        assert_eq!(window.refused(refused(3)).map(|all| all.len()), Some(2));
    }
}
