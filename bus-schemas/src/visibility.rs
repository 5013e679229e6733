//! The one table that says which roles may see which event. `/api/v1/events`, `subject:`
//! subscriptions and analysts' permissions all follow it. What isn't listed is seen by nobody.

use flowgrid_domain::aggregates::Aggregate;

use crate::{Name, Role};

/// Who may see events of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Members of at least this role.
    From(Role),
    /// The one person whom the event names, whatever its role, and nobody else.
    ItsPerson,
    /// No member of any organization: what is a person's is its own.
    Nobody,
}

const VIEWER: Audience = Audience::From(Role::Viewer);
const USER: Audience = Audience::From(Role::User);
const MANAGER: Audience = Audience::From(Role::Manager);
const ADMIN: Audience = Audience::From(Role::Admin);
const ITS_PERSON: Audience = Audience::ItsPerson;
const NOBODY: Audience = Audience::Nobody;

/// Who may see each event.
const TABLE: &[(&str, Audience)] = &[
    ("alert-rule.changed", VIEWER),
    ("alert-rule.created", VIEWER),
    ("alert-rule.deleted", VIEWER),
    ("alert.acknowledged", VIEWER),
    ("alert.assigned", VIEWER),
    ("alert.changed", VIEWER),
    ("alert.commented", USER),
    ("alert.raised", VIEWER),
    ("alert.raised-again", VIEWER),
    ("alert.resolved", VIEWER),
    ("alert.snoozed", VIEWER),
    ("alert.withdrawn", MANAGER),
    ("api-key.created", ADMIN),
    ("api-key.revoked", ADMIN),
    ("building.changed", VIEWER),
    ("building.registered", VIEWER),
    ("building.retired", VIEWER),
    ("integration.changed", NOBODY),
    ("integration.created", NOBODY),
    ("integration.deleted", NOBODY),
    ("integration.tested", NOBODY),
    ("invitation.accepted", ADMIN),
    ("invitation.revoked", ADMIN),
    ("invitation.sent", ADMIN),
    ("membership.activated", ADMIN),
    ("membership.deactivated", ADMIN),
    ("membership.erased", ADMIN),
    ("membership.frontends-changed", ADMIN),
    ("membership.joined", ADMIN),
    ("membership.personal-data-changed", ADMIN),
    ("membership.removed", ADMIN),
    ("membership.role-changed", ADMIN),
    ("notification.read", ITS_PERSON),
    ("notification.sent", ITS_PERSON),
    ("organization.admin-added", ADMIN),
    ("organization.admin-withdrawn", ADMIN),
    ("organization.changed", VIEWER),
    ("organization.closed", VIEWER),
    ("organization.closing", VIEWER),
    ("organization.founded", VIEWER),
    ("organization.kept", VIEWER),
    ("organization.plan-changed", VIEWER),
    ("person.avatar-changed", NOBODY),
    ("person.email-changed", NOBODY),
    ("person.email-verified", NOBODY),
    ("person.erased", NOBODY),
    ("person.password-changed", NOBODY),
    ("person.plan-changed", NOBODY),
    ("person.profile-changed", NOBODY),
    ("person.registered", NOBODY),
    ("person.second-factor-disabled", NOBODY),
    ("person.second-factor-enabled", NOBODY),
    ("readings.corrected", VIEWER),
    ("readings.recorded", VIEWER),
    ("security.recorded", ADMIN),
    ("sensor.calibrated", VIEWER),
    ("sensor.changed", VIEWER),
    ("sensor.installed", VIEWER),
    ("sensor.removed", VIEWER),
    ("session.began", ADMIN),
    ("session.ended", ADMIN),
    ("tariff.defined", VIEWER),
    ("threat.detected", ADMIN),
    ("threat.dismissed", ADMIN),
    ("threat.seen-again", ADMIN),
];

const VERSIONS: &[&str] = &["1.0"];

/// Every event type this build knows, sorted.
pub fn event_types() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, _)| *name)
}

/// Who may see events of this type.
pub fn audience(event_type: &str) -> Audience {
    let found = TABLE.binary_search_by(|(name, _)| (*name).cmp(event_type));
    let row = found.ok().and_then(|at| TABLE.get(at));
    row.map_or(Audience::Nobody, |(_, audience)| *audience)
}

/// Whether `role` is enough to see events of this type.
pub fn visible_to(event_type: &str, role: Role) -> bool {
    match audience(event_type) {
        Audience::From(lowest) => role >= lowest,
        Audience::ItsPerson | Audience::Nobody => false,
    }
}

/// The name without an allocation where this build knows it.
pub fn intern(name: &str) -> Name {
    let event = TABLE.binary_search_by(|(known, _)| (*known).cmp(name));
    if let Some((known, _)) = event.ok().and_then(|at| TABLE.get(at)) {
        return Name::Borrowed(known);
    }
    if let Some(aggregate) = Aggregate::named(name) {
        return Name::Borrowed(aggregate.name);
    }
    let version = VERSIONS.iter().find(|known| **known == name);
    version.map_or_else(
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
        assert!(!visible_to("person.unheard-of", Role::Admin));
        assert!(visible_to("building.changed", Role::Viewer));
        assert!(!visible_to("alert.withdrawn", Role::User));
    }

    #[test]
    fn what_happens_to_a_person_is_seen_by_no_organization() {
        let of_people = event_types().filter(|name| name.starts_with("person."));
        for name in of_people {
            assert!(!visible_to(name, Role::Admin), "{name}");
        }
        assert_eq!(audience("notification.sent"), Audience::ItsPerson);
        assert!(!visible_to("notification.sent", Role::Admin));
        assert!(!visible_to("session.began", Role::Manager));
        assert!(visible_to("organization.changed", Role::Viewer));
        assert!(!visible_to("organization.admin-added", Role::Manager));
    }

    #[test]
    fn what_concerns_security_is_seen_by_admins_alone() {
        let of_security =
            |name: &&str| name.starts_with("security.") || name.starts_with("threat.");
        let names: Vec<&str> = event_types().filter(of_security).collect();
        assert_eq!(names.len(), 4);
        for name in names {
            assert!(visible_to(name, Role::Admin), "{name}");
            assert!(!visible_to(name, Role::Manager), "{name}");
        }
    }

    #[test]
    fn known_names_cost_nothing() {
        for name in ["api-key", "membership", "person.erased", "1.0"] {
            assert!(matches!(intern(name), Name::Borrowed(_)), "{name}");
        }
        assert_eq!(intern("weather"), Name::Owned("weather".to_owned()));
    }
}
