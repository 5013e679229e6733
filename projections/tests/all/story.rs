//! Random but possible histories: commands that the domain decided on.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use flowgrid_bus::Tenant;
use flowgrid_domain::alerts::{Alert, AlertChange, AlertCommand, Raise, Severity, SourceRef};
use flowgrid_domain::buildings::{Building, BuildingCommand, Change, Register};
use flowgrid_domain::values::{AreaM2, Latitude, Line, Longitude, Slug, Text, Token};
use flowgrid_domain::{Decider, Event, Patch};
use flowgrid_log::{Append, Expected, NewEvent};
use proptest::prelude::*;
use uuid::Uuid;

/// Which aggregate, what happens, and how.
pub type Step = (u8, u8, u16);

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec((0..12_u8, any::<u8>(), any::<u16>()), 1..120)
}

/// The appends of a story, one after the other; what the domain refuses is left out.
pub fn tell(tenant: &str, steps: &[Step]) -> Vec<Append> {
    let tenant = Tenant::from_slug(tenant).unwrap();
    let (mut buildings, mut alerts) = (Folded::<Building>::new(), Folded::<Alert>::new());
    let mut appends = Vec::new();
    for (at, (id, what, how)) in steps.iter().enumerate() {
        let time = DateTime::UNIX_EPOCH + TimeDelta::microseconds(at as i64 * 1_000_001);
        if id % 2 == 0 {
            appends.extend(buildings.take(&tenant, *id, &building(*what, *how)));
        } else {
            appends.extend(alerts.take(&tenant, *id, &alert(*what, *how, time)));
        }
    }
    appends
}

struct Folded<A> {
    states: HashMap<u8, (A, u64)>,
}

impl<A: Decider> Folded<A> {
    fn new() -> Self {
        Self {
            states: HashMap::new(),
        }
    }

    fn take(&mut self, tenant: &Tenant, id: u8, command: &A::Command) -> Option<Append> {
        let (state, version) = self.states.entry(id).or_default();
        let events = state.decide(command).unwrap_or_default();
        let expected = *version;
        for event in &events {
            state.evolve(event);
            *version += 1;
        }
        let recorded = |event: &A::Event| NewEvent {
            id: Uuid::now_v7(),
            of: None,
            event_type: event.event_type().into(),
            event_version: event.event_version().into(),
            payload: event.payload().unwrap(),
        };
        (!events.is_empty()).then(|| Append {
            tenant: tenant.clone(),
            aggregate_type: A::TYPE,
            aggregate_id: tenant.qualify(&format!("x{id}")),
            expected: Expected::Version(expected),
            events: events.iter().map(recorded).collect(),
            metadata: "{}".into(),
            claims: Vec::new(),
            receipt: None,
        })
    }
}

fn line<const N: usize>(how: u16) -> Line<N> {
    Line::parse(&format!("Straße {} %_\\ '\"", how % 7)).unwrap()
}

fn patch<T>(how: u16, value: T) -> Patch<T> {
    match how % 3 {
        0 => Patch::Absent,
        1 => Patch::Clear,
        _ => Patch::Set(value),
    }
}

fn place(how: u16) -> (Latitude, Longitude) {
    let share = f64::from(how) / f64::from(u16::MAX);
    (
        Latitude::new(90.0 - share * 180.0).unwrap(),
        Longitude::new(share / 3.0).unwrap(),
    )
}

fn building(what: u8, how: u16) -> BuildingCommand {
    let (lat, lon) = place(how);
    let placed = how.is_multiple_of(2);
    let kind = Token::parse(["school", "office"][usize::from(how % 2)]).unwrap();
    match what % 12 {
        0..4 => BuildingCommand::Register(Register {
            name: line(how),
            kind,
            address: placed.then(|| line(how)),
            lat: placed.then_some(lat),
            lon: placed.then_some(lon),
            area: AreaM2::new(f64::from(how) / 3.0).ok(),
            timezone: None,
        }),
        4 => BuildingCommand::Retire,
        _ => BuildingCommand::Change(Change {
            name: placed.then(|| line(how / 2)),
            kind: how.is_multiple_of(5).then_some(kind),
            address: patch(how / 3, line(how)),
            lat: patch(how / 5, lat),
            lon: patch(how / 5, lon),
            area: patch(how / 7, AreaM2::new(f64::from(how) + 0.1).unwrap()),
            timezone: Patch::Absent,
        }),
    }
}

fn alert(what: u8, how: u16, at: DateTime<Utc>) -> AlertCommand {
    let by = Line::parse(&format!("user-{}", how % 3)).unwrap();
    let note = how
        .is_multiple_of(2)
        .then(|| Text::parse("seen\nto").unwrap());
    let severity = Severity::ALL[usize::from(how % 5)];
    let slug = |name: &str| Slug::parse(&format!("{name}-{}", how % 4)).unwrap();
    match what % 16 {
        0..6 => AlertCommand::Raise(Raise {
            source: SourceRef {
                kind: Token::parse("rule").unwrap(),
                id: "a/b".into(),
            },
            alert_type: Token::parse("overheat").unwrap(),
            severity,
            title: line(how),
            message: how
                .is_multiple_of(3)
                .then(|| Text::parse("too\thot").unwrap()),
            building_id: how.is_multiple_of(4).then(|| slug("x")),
            node_id: how.is_multiple_of(5).then(|| slug("n")),
            at: at - TimeDelta::microseconds(i64::from(how) * 1_000),
        }),
        6 | 7 => AlertCommand::Change(AlertChange {
            severity: how.is_multiple_of(2).then_some(severity),
            title: how.is_multiple_of(3).then(|| line(how)),
            message: patch(how / 5, Text::parse("other").unwrap()),
        }),
        8 => AlertCommand::Acknowledge { by, at, note },
        9 | 10 => AlertCommand::Assign {
            assignee: how.is_multiple_of(2).then(|| by.clone()),
            by,
            at,
        },
        11 | 12 => AlertCommand::Comment {
            comment_id: format!("c{how}"),
            by,
            text: Text::parse("\"quoted\" \\ and ünïcode").unwrap(),
            at,
        },
        13 => AlertCommand::Snooze {
            until: at + TimeDelta::hours(i64::from(how % 50) + 1),
            by,
            at,
        },
        14 => AlertCommand::Resolve { by, at, note },
        _ => AlertCommand::Withdraw { by, at },
    }
}
