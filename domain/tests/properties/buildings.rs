//! Buildings, whatever is asked of them.

use flowgrid_domain::buildings::{Building, BuildingCommand, Change, Register};
use flowgrid_domain::{Decider, Rejection};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::laws::{none, run};
use crate::values::{area, lat, line, lon, patch, token, zone};

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

proptest! {
    #[test]
    fn buildings_replay_to_the_same_state(commands in vec(building_command(), 0..24)) {
        run::<Building>(&commands, none);
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
}
