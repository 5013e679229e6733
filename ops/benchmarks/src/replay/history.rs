//! The history that is replayed: ten events of each of 100,000 buildings, spread over ten
//! organizations; one building in five is retired at last. A pure function of the building's number,
//! so that right answers are known without asking.

use flowgrid_domain::buildings::{Building, BuildingEvent, Changed, Details, Registered, Retired};
use flowgrid_domain::{Decider, Patch};

use crate::body::ORGANIZATIONS;

pub(crate) const BUILDINGS: usize = 100_000;
/// Events of each building; the aggregate's version after all of them.
pub(crate) const EACH: usize = 10;
pub(crate) const EVENTS: usize = BUILDINGS * EACH;
/// Buildings of one organization.
pub(crate) const OF_ONE: usize = BUILDINGS / ORGANIZATIONS;

/// Sorts as its number does.
pub(crate) fn id(n: usize) -> String {
    format!("r-{n:06}")
}

/// Event `sequence` (1, 2, … [`EACH`]) of building `n`.
pub(crate) fn event(n: usize, sequence: usize) -> BuildingEvent {
    let changed = match sequence {
        1 => return BuildingEvent::Registered(registered(n)),
        EACH if n.is_multiple_of(5) => return BuildingEvent::Retired(Retired {}),
        s if s % 4 == 2 => Changed {
            name: Some(format!("Haus {n} ({s})")),
            ..Changed::default()
        },
        s if s % 4 == 3 => Changed {
            area: Patch::Set((500 + (n + s) % 9_000) as f64),
            ..Changed::default()
        },
        s if s % 4 == 0 => Changed {
            address: Patch::Set(format!("Obertorplatz {s}, 72379 Hechingen")),
            kind: Some(if n % 2 == 1 { "school" } else { "library" }.to_owned()),
            ..Changed::default()
        },
        s => Changed {
            lat: Patch::Set(48.0 + (n % 1_000) as f64 / 1_024.0),
            lon: Patch::Set(9.0 + s as f64 / 1_024.0),
            timezone: if s == 5 {
                Patch::Clear
            } else {
                Patch::Set("Europe/Berlin".to_owned())
            },
            ..Changed::default()
        },
    };
    BuildingEvent::Changed(changed)
}

fn registered(n: usize) -> Registered {
    Registered {
        name: format!("Haus {n}"),
        kind: "town-hall".to_owned(),
        address: Some(format!("Marktplatz {n}, 72379 Hechingen")),
        lat: Some(48.35),
        lon: Some(8.96),
        area: Some(1_200.5),
        timezone: Some("Europe/Berlin".to_owned()),
    }
}

/// What became of building `n`, and whether it is retired.
pub(crate) fn outcome(n: usize) -> (Details, bool) {
    let mut building = Building::default();
    for sequence in 1..=EACH {
        building.evolve(&event(n, sequence));
    }
    match building {
        Building::Unregistered => (Details::default(), false),
        Building::Active(details) => (details, false),
        Building::Retired(details) => (details, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_end_as_they_should() {
        let (details, retired) = outcome(5);
        assert!(retired);
        assert_eq!(details.kind, "school");
        let (details, retired) = outcome(7);
        assert!(!retired);
        assert_eq!(details.name, "Haus 7 (10)");
    }
}
