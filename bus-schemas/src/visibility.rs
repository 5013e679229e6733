//! The one table that says which roles may see which event. `/api/v1/events`, `subject:`
//! subscriptions and analysts' permissions all follow it. What isn't listed is seen by nobody.

use crate::{Name, Role};

const TABLE: &[(&str, Role)] = &[
    ("alert.acknowledged", Role::Viewer),
    ("alert.assigned", Role::Viewer),
    ("alert.changed", Role::Viewer),
    ("alert.commented", Role::User),
    ("alert.raised", Role::Viewer),
    ("alert.raised-again", Role::Viewer),
    ("alert.resolved", Role::Viewer),
    ("alert.snoozed", Role::Viewer),
    ("alert.withdrawn", Role::Manager),
    ("building.changed", Role::Viewer),
    ("building.registered", Role::Viewer),
    ("building.retired", Role::Viewer),
];

const AGGREGATE_TYPES: &[&str] = &["alert", "building"];
const VERSIONS: &[&str] = &["1.0"];

/// Every event type this build knows, sorted.
pub fn event_types() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

/// The lowest role that may see an event of this type; `None` when nobody may.
pub fn lowest_role(event_type: &str) -> Option<Role> {
    let found = TABLE.binary_search_by(|(name, _)| (*name).cmp(event_type));
    found
        .ok()
        .and_then(|at| TABLE.get(at))
        .map(|(_, role)| *role)
}

/// Whether `role` may see events of this type.
pub fn visible_to(event_type: &str, role: Role) -> bool {
    lowest_role(event_type).is_some_and(|lowest| role >= lowest)
}

/// The name without an allocation where this build knows it.
pub fn intern(name: &str) -> Name {
    let event = TABLE.binary_search_by(|(known, _)| (*known).cmp(name));
    if let Some((known, _)) = event.ok().and_then(|at| TABLE.get(at)) {
        return Name::Borrowed(known);
    }
    let known = AGGREGATE_TYPES
        .iter()
        .chain(VERSIONS)
        .find(|known| **known == name);
    known.map_or_else(
        || Name::Owned(name.to_owned()),
        |known| Name::Borrowed(known),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_unknown_events_are_nobodys() {
        assert!(TABLE.windows(2).all(|two| two[0].0 < two[1].0));
        assert!(!visible_to("person.erased", Role::Admin));
        assert!(visible_to("building.changed", Role::Viewer));
        assert!(!visible_to("alert.withdrawn", Role::User));
    }
}
