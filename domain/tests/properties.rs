//! What holds for every past and every command.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use chrono::{DateTime, Utc};
use flowgrid_domain::alerts::{Alert, AlertChange, AlertCommand, Raise, Severity, SourceRef};
use flowgrid_domain::buildings::{Building, BuildingCommand, Change, Register};
use flowgrid_domain::values::{AreaM2, Latitude, Line, Longitude, Text, Timezone, Token};
use flowgrid_domain::{Decider, Event, Patch, Rejection};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn line<const MAX: usize>() -> impl Strategy<Value = Line<MAX>> {
    "[a-zäß\"\\\\ ]{1,6}".prop_filter_map("blank", |text| Line::parse(&text).ok())
}

fn text<const MAX: usize>() -> impl Strategy<Value = Text<MAX>> {
    "[a-z°\n ]{1,6}".prop_filter_map("blank", |text| Text::parse(&text).ok())
}

fn token() -> impl Strategy<Value = Token> {
    select(vec!["school", "townHall", "x_1"]).prop_map(|kind| Token::parse(kind).unwrap())
}

fn zone() -> impl Strategy<Value = Timezone> {
    select(vec!["UTC", "Europe/Berlin"]).prop_map(|zone| Timezone::parse(zone).unwrap())
}

fn lat() -> impl Strategy<Value = Latitude> {
    (-90.0..=90.0).prop_map(|degrees| Latitude::new(degrees).unwrap())
}

fn lon() -> impl Strategy<Value = Longitude> {
    (-180.0..=180.0).prop_map(|degrees| Longitude::new(degrees).unwrap())
}

fn area() -> impl Strategy<Value = AreaM2> {
    (1e-3..=1e7).prop_map(|size| AreaM2::new(size).unwrap())
}

fn patch<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Patch<T>> {
    prop_oneof![
        2 => Just(Patch::Absent),
        1 => Just(Patch::Clear),
        2 => value.prop_map(Patch::Set),
    ]
}

fn building_command() -> impl Strategy<Value = BuildingCommand> {
    let register = (
        line(),
        token(),
        of(line()),
        of(lat()),
        of(lon()),
        of(area()),
        of(zone()),
    )
        .prop_map(|(name, kind, address, lat, lon, area, timezone)| {
            BuildingCommand::Register(Register {
                name,
                kind,
                address,
                lat,
                lon,
                area,
                timezone,
            })
        });
    let change = (
        of(line()),
        of(token()),
        patch(line()),
        patch(lat()),
        patch(lon()),
        patch(area()),
        patch(zone()),
    )
        .prop_map(|(name, kind, address, lat, lon, area, timezone)| {
            BuildingCommand::Change(Change {
                name,
                kind,
                address,
                lat,
                lon,
                area,
                timezone,
            })
        });
    prop_oneof![4 => register, 8 => change, 1 => Just(BuildingCommand::Retire)]
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    // Finer than the log keeps, so that what is cut is cut before the event is made.
    (0..2_000_000_000_i64, 0..1_000_000_000_u32)
        .prop_filter_map("no such moment", |(s, ns)| DateTime::from_timestamp(s, ns))
}

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

/// Runs the commands and checks what every aggregate owes: each event changes something, survives
/// its way through JSON, and a fold over what was stored ends in the same state.
fn run<A: Decider>(commands: &[A::Command]) -> A {
    let (mut live, mut stored) = (A::default(), A::default());
    for command in commands {
        let Ok(events) = live.decide(command) else {
            continue;
        };
        for event in events {
            let before = live.clone();
            live.evolve(&event);
            assert_ne!(before, live, "{event:?} changed nothing");
            let payload = event.payload().unwrap();
            let read = A::Event::decode(event.event_type(), event.event_version(), &payload);
            assert_eq!(read.as_ref().ok(), Some(&event), "{payload}");
            stored.evolve(&read.unwrap());
        }
        assert_eq!(live, stored);
    }
    live
}

proptest! {
    #[test]
    fn buildings_replay_to_the_same_state(commands in vec(building_command(), 0..24)) {
        run::<Building>(&commands);
    }

    #[test]
    fn alerts_replay_to_the_same_state(commands in vec(alert_command(), 0..24)) {
        run::<Alert>(&commands);
    }

    #[test]
    fn deciding_again_after_the_fold_does_nothing_new(commands in vec(building_command(), 1..12)) {
        let mut building = Building::default();
        for command in &commands {
            let Ok(events) = building.decide(command) else { continue };
            for event in &events {
                building.evolve(event);
            }
            match building.decide(command) {
                Ok(events) => prop_assert!(events.is_empty()),
                Err(rejection) => {
                    let exists = matches!(rejection, Rejection::AlreadyExists { .. });
                    prop_assert!(exists);
                }
            }
        }
    }

    #[test]
    fn a_claim_is_held_exactly_while_the_alert_is_open(commands in vec(alert_command(), 0..24)) {
        let (mut alert, mut held) = (Alert::default(), false);
        for command in &commands {
            for event in alert.decide(command).unwrap_or_default() {
                for claim in alert.claims(&event) {
                    prop_assert_ne!(claim.take, held);
                    held = claim.take;
                }
                alert.evolve(&event);
            }
            prop_assert_eq!(held, alert.is_open());
        }
    }
}
