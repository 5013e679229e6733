//! Alerts, whatever is asked of them.

use flowgrid_domain::alerts::{
    Alert, AlertChange, AlertCommand, OPEN_ALERT, Raise, Severity, SourceRef,
};
use flowgrid_domain::values::Token;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::laws::{Held, run};
use crate::values::{line, moment, patch, text};

fn severity() -> impl Strategy<Value = Severity> {
    select(Severity::ALL.to_vec())
}

fn raise() -> impl Strategy<Value = Raise> {
    let source = SourceRef {
        kind: Token::parse("sensor").unwrap(),
        id: "t/1".to_owned(),
    };
    (severity(), line(), of(text()), moment()).prop_map(move |(severity, title, message, at)| {
        Raise {
            source: source.clone(),
            alert_type: Token::parse("hot").unwrap(),
            severity,
            title,
            message,
            building_id: None,
            node_id: None,
            at,
        }
    })
}

fn alert_command() -> impl Strategy<Value = AlertCommand> {
    let change =
        (of(severity()), of(line()), patch(text())).prop_map(|(severity, title, message)| {
            AlertCommand::Change(AlertChange {
                severity,
                title,
                message,
            })
        });
    let acknowledge = (line(), moment(), of(text()))
        .prop_map(|(by, at, note)| AlertCommand::Acknowledge { by, at, note });
    let assign = (of(line()), line(), moment())
        .prop_map(|(assignee, by, at)| AlertCommand::Assign { assignee, by, at });
    let comment =
        (select(vec!["1", "2", "3"]), line(), text(), moment()).prop_map(|(id, by, text, at)| {
            AlertCommand::Comment {
                comment_id: id.to_owned(),
                by,
                text,
                at,
            }
        });
    let snooze = (moment(), line(), moment()).prop_map(|(until, by, at)| AlertCommand::Snooze {
        until,
        by,
        at,
    });
    let resolve = (line(), moment(), of(text())).prop_map(|(by, at, note)| AlertCommand::Resolve {
        by,
        at,
        note,
    });
    let withdraw = (line(), moment()).prop_map(|(by, at)| AlertCommand::Withdraw { by, at });
    prop_oneof![
        6 => raise().prop_map(AlertCommand::Raise),
        4 => change, 2 => acknowledge, 2 => assign, 2 => comment, 2 => snooze, 1 => resolve, 1 => withdraw,
    ]
}

fn owed(alert: &Alert) -> Held {
    let open = alert.facts().filter(|_| alert.is_open());
    open.map(|facts| (OPEN_ALERT, facts.claim_key()))
        .into_iter()
        .collect()
}

proptest! {
    #[test]
    fn alerts_replay_to_the_same_state_and_hold_their_claim_while_open(
        commands in vec(alert_command(), 0..24),
    ) {
        run(&commands, owed);
    }
}
