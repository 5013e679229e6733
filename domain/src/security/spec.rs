//! Given a past, when a command comes, then this happens.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::*;
use crate::alerts::Severity;
use crate::values::{Line, Slug, Token};
use crate::{ClaimChange, Decider, Rejection};

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn record() -> RecordSecurityEvent {
    RecordSecurityEvent {
        user_id: None,
        event_type: Token::parse("login-failed").unwrap(),
        details: json!({"attempt": 3}).as_object().unwrap().clone(),
        ip_address: None,
        user_agent: None,
        at: at(0),
        count: 1,
        said: None,
        traces: Traces::default(),
    }
}

fn notice(evidence: &[&str], severity: Severity) -> ThreatCommand {
    ThreatCommand::Notice(Notice {
        kind: ThreatKind::BruteForceAccount,
        subject: Line::parse("0f").unwrap(),
        severity,
        description: Line::parse("10 wrong passwords in 15 minutes").unwrap(),
        evidence: evidence.iter().map(|id| (*id).to_owned()).collect(),
        count: evidence.len() as u64,
        newest: 1,
        at: at(1),
    })
}

fn after(commands: &[ThreatCommand]) -> Threat {
    let mut state = Threat::default();
    for command in commands {
        for event in state.decide(command).unwrap() {
            state.evolve(&event);
        }
    }
    state
}

fn dismiss() -> ThreatCommand {
    ThreatCommand::Dismiss {
        by: Slug::parse("anna").unwrap(),
        at: at(2),
    }
}

#[test]
fn a_record_is_written_once_and_bounded() {
    let fresh = SecurityRecord::default();
    let events = fresh.decide(&RecordCommand::Record(record())).unwrap();
    let mut written = fresh.clone();
    written.evolve(&events[0]);
    let again = written.decide(&RecordCommand::Record(record()));
    assert!(matches!(again, Err(Rejection::AlreadyExists { .. })));
    let mut large = record();
    large
        .details
        .insert("text".into(), "x".repeat(5_000).into());
    let refused = fresh.decide(&RecordCommand::Record(large));
    assert!(matches!(refused, Err(Rejection::Invalid(_))));
}

#[test]
fn there_is_one_open_threat_of_a_kind_about_a_subject() {
    let fresh = Threat::default();
    let events = fresh.decide(&notice(&["a"], Severity::High)).unwrap();
    let key = "brute-force-account/0f".to_owned();
    let taken = ClaimChange::take(OPEN_THREAT, key.clone());
    assert_eq!(fresh.claims(&events[0]), [taken]);
    let open = after(&[notice(&["a"], Severity::High)]);
    let events = open.decide(&dismiss()).unwrap();
    assert_eq!(
        open.claims(&events[0]),
        [ClaimChange::release(OPEN_THREAT, key)]
    );
}

#[test]
fn only_new_evidence_and_greater_severity_count() {
    let open = after(&[notice(&["a", "b"], Severity::High)]);
    for known in [notice(&["a"], Severity::High), notice(&[], Severity::Low)] {
        assert_eq!(open.decide(&known), Ok(vec![]));
    }
    let Threat::Open(facts) = after(&[
        notice(&["a", "b"], Severity::High),
        notice(&["b", "c"], Severity::Critical),
    ]) else {
        panic!("it is open");
    };
    assert_eq!(facts.evidence, ["a", "b", "c"]);
    assert_eq!(facts.severity, Severity::Critical);
    assert_eq!(facts.count, 3);
}

#[test]
fn evidence_is_bounded_and_keeps_both_ends() {
    let ids: Vec<String> = (0..250).map(|n| format!("r{n}")).collect();
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let Threat::Open(facts) = after(&[notice(&all, Severity::High)]) else {
        panic!("it is open");
    };
    assert_eq!((facts.evidence.len(), facts.count), (MAX_EVIDENCE, 250));
    assert_eq!((&*facts.evidence[0], &*facts.evidence[99]), ("r0", "r249"));
}

#[test]
fn what_was_dealt_with_stays_so() {
    let dismissed = after(&[notice(&["a"], Severity::High), dismiss()]);
    assert_eq!(dismissed.decide(&dismiss()), Ok(vec![]));
    let again = dismissed.decide(&notice(&["b"], Severity::High));
    assert!(matches!(
        again,
        Err(Rejection::Conflict {
            code: "threat-dismissed",
            ..
        })
    ));
    assert_eq!(
        Threat::default().decide(&dismiss()),
        Err(Rejection::NotFound)
    );
}

fn failures(of: impl IntoIterator<Item = (usize, usize)>) -> Vec<LoginFailure> {
    let one = |(number, (account, address)): (usize, (usize, usize))| LoginFailure {
        record: format!("r{number}"),
        account: format!("account-{account}"),
        address: format!("address-{address}"),
        count: 1,
    };
    of.into_iter().enumerate().map(one).collect()
}

fn kinds(failures: &[LoginFailure]) -> Vec<(ThreatKind, String, usize)> {
    let findings = brute_force(failures, Thresholds::default());
    let short = |one: Finding| (one.kind, one.subject, one.evidence.len());
    findings.into_iter().map(short).collect()
}

#[test]
fn each_shape_of_guessing_is_told_from_the_others() {
    assert_eq!(kinds(&failures((0..9).map(|_| (1, 1)))), []);
    // One account, from everywhere.
    let account = (ThreatKind::BruteForceAccount, "account-1".to_owned(), 10);
    assert_eq!(kinds(&failures((0..10).map(|n| (1, n)))), [account]);
    // One address, a few accounts.
    let address = (ThreatKind::BruteForceAddress, "address-1".to_owned(), 27);
    assert_eq!(kinds(&failures((0..27).map(|n| (n % 9, 1)))), [address]);
    // One address, many accounts, twice each.
    let spread = (ThreatKind::BruteForceSpread, "address-1".to_owned(), 20);
    assert_eq!(kinds(&failures((0..20).map(|n| (n % 10, 1)))), [spread]);
}

#[test]
fn what_was_recorded_once_for_many_counts_as_many() {
    let mut few = failures([(1, 1), (1, 2)]);
    assert_eq!(kinds(&few), []);
    few[1].count = 9;
    let account = (ThreatKind::BruteForceAccount, "account-1".to_owned(), 2);
    assert_eq!(kinds(&few), [account]);
}

#[test]
fn a_report_is_bounded_and_says_nothing_of_who_and_where() {
    let read = |body: serde_json::Value| read_report(body.as_object().unwrap());
    let report =
        read(json!({"eventType": "LOGIN_ODD", "details": {"a": 1}, "ipAddress": "1.1.1.1"}));
    assert_eq!(report.unwrap().details.len(), 1);
    for bad in [
        json!({}),
        json!({"eventType": "no spaces"}),
        json!({"eventType": "x", "details": [1]}),
        json!({"eventType": "x", "details": {"text": "x".repeat(4_097)}}),
        json!({"eventType": "x", "count": 3}),
    ] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn mistyping_of_many_is_no_threat() {
    assert_eq!(kinds(&failures((0..100).map(|n| (n / 2, n / 2)))), []);
}
