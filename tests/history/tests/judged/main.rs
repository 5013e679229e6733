//! A small real history and everything that could be wrong with it: the checker must have no
//! objection to the one and meet each of the others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod command_line;
mod commands;
mod gaps;
mod http;
mod mutations;
mod subscriber;
mod told;
mod world;

use std::collections::BTreeSet;

use flowgrid_history::{Evidence, Fate, Heard, Objection, Rule, check};
use tokio::sync::OnceCell;

static EVIDENCE: OnceCell<Evidence> = OnceCell::const_new();

/// The history, made once for all tests.
async fn evidence() -> &'static Evidence {
    EVIDENCE.get_or_init(told::tell).await
}

fn rules(objections: &[Objection]) -> BTreeSet<Rule> {
    objections.iter().map(|objection| objection.rule).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_in_which_every_promise_was_kept() {
    let evidence = evidence().await;
    let objections = check(evidence);
    assert_eq!(objections, [], "{objections:#?}");

    // It must have had its chance to break them.
    let fates = |wanted| {
        let operations = evidence.recorded.operations.iter();
        operations
            .filter(|operation| operation.fate() == wanted)
            .count()
    };
    let again = evidence
        .recorded
        .operations
        .iter()
        .filter(|operation| operation.attempts.len() > 1 && operation.fate() == Fate::Acknowledged)
        .count();
    let resumed = evidence
        .recorded
        .subscribers
        .iter()
        .flat_map(|subscriber| &subscriber.heard)
        .filter(|heard| {
            matches!(
                heard,
                Heard::Subscribed {
                    recovered: Some(true),
                    ..
                }
            )
        })
        .count();
    let busy = evidence.logs.iter().filter(|log| log.head > 50).count();
    let counts = format!(
        "acknowledged {}, unknown {}, refused {}, sent again {again}, resumed {resumed}, logs {busy}",
        fates(Fate::Acknowledged),
        fates(Fate::Unknown),
        fates(Fate::Refused)
    );
    println!("{counts}");
    assert!(fates(Fate::Acknowledged) > 200, "{counts}");
    assert!(fates(Fate::Unknown) > 0, "{counts}");
    assert!(fates(Fate::Refused) > 5, "{counts}");
    assert!(again > 5 && resumed > 5 && busy == 2, "{counts}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_meets_its_objection() {
    let history = evidence().await;
    let mut missed = Vec::new();
    for (rule, what, mutate) in mutations::ALL {
        let mut mutated = history.clone();
        mutate(&mut mutated);
        assert_ne!(&mutated, history, "{what}: nothing was changed");
        let found = rules(&check(&mutated));
        if !found.contains(rule) {
            missed.push(format!("{what}: expected {rule}, found {found:?}"));
        }
    }
    assert_eq!(missed, Vec::<String>::new());
}

#[test]
fn every_rule_has_a_mutation() {
    let covered: BTreeSet<Rule> = mutations::ALL.iter().map(|(rule, ..)| *rule).collect();
    assert_eq!(covered, BTreeSet::from(Rule::ALL));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_meets_no_objection() {
    let history = evidence().await;
    for (what, mutate) in gaps::ALLOWED {
        let mut mutated = history.clone();
        mutate(&mut mutated);
        assert_ne!(&mutated, history, "{what}: nothing was changed");
        let objections = check(&mutated);
        assert_eq!(objections, [], "{what}: {objections:#?}");
    }
}
