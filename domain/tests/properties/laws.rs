//! What every aggregate owes.

use std::collections::BTreeSet;

use flowgrid_domain::{Decider, Event};

/// Names held, by scope and key.
pub type Held = BTreeSet<(&'static str, String)>;

/// Runs the commands and checks what every aggregate owes: each event changes something, survives
/// its way through JSON, and a fold over what was stored ends in the same state; each claim is
/// taken when it is free and released when it is held, and after every command the claims are those
/// that `owed` says, which may check more of the state.
pub fn run<A: Decider>(commands: &[A::Command], owed: impl Fn(&A) -> Held) -> A {
    let (mut live, mut stored) = (A::default(), A::default());
    let (mut held, mut past) = (Held::new(), Vec::new());
    for command in commands {
        for event in live.decide(command).unwrap_or_default() {
            settle(&mut held, &live, &event);
            let before = live.clone();
            live.evolve(&event);
            assert_ne!(before, live, "{event:?} changed nothing");
            let payload = event.payload().unwrap();
            let read = A::Event::decode(event.event_type(), event.event_version(), &payload);
            assert_eq!(read.as_ref().ok(), Some(&event), "{payload}");
            stored.evolve(&read.unwrap());
            past.push(event);
        }
        assert_eq!(live, stored);
        assert_eq!(held, owed(&live));
    }
    out_of_order::<A>(&past);
    live
}

/// Nothing is claimed, and nothing else is to be checked.
pub fn none<A>(_: &A) -> Held {
    Held::new()
}

fn settle<A: Decider>(held: &mut Held, state: &A, event: &A::Event) {
    for claim in state.claims(event) {
        let name = (claim.scope, claim.key);
        let moved = if claim.take {
            held.insert(name.clone())
        } else {
            held.remove(&name)
        };
        assert!(moved, "{event:?}: {name:?}, taken {}", claim.take);
    }
}

/// A log holds no such history; a fold that meets one all the same still doesn't panic.
fn out_of_order<A: Decider>(past: &[A::Event]) {
    let (mut backwards, mut with_holes) = (A::default(), A::default());
    for event in past.iter().rev() {
        let _ = backwards.claims(event);
        backwards.evolve(event);
    }
    for event in past.iter().skip(1).step_by(2) {
        let _ = with_holes.claims(event);
        with_holes.evolve(event);
    }
}
