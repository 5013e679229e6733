//! What each channel carries. Written apart from the code that serves them.

use flowgrid_bus::{Pattern, Role, visible_to};

use crate::LogEvent;

/// A channel by its name.
pub(super) enum Channel<'c> {
    Buildings,
    /// One building's events and its alerts.
    Building(&'c str),
    Alerts,
    CriticalAlerts,
    Subject(Pattern),
}

impl<'c> Channel<'c> {
    /// `None` for a name that the checker doesn't know.
    pub(super) fn parse(name: &'c str) -> Option<Self> {
        match name.split_once(':') {
            None if name == "buildings" => Some(Self::Buildings),
            None if name == "alerts" => Some(Self::Alerts),
            Some(("alerts", "critical")) => Some(Self::CriticalAlerts),
            Some(("building", id)) => Some(Self::Building(id)),
            Some(("subject", pattern)) => pattern.parse().ok().map(Self::Subject),
            Some(_) | None => None,
        }
    }

    /// Whether it carries this event to somebody of this role.
    pub(super) fn carries(&self, event: &LogEvent, role: Role) -> bool {
        let is = |kind: &str| *event.aggregate_type == *kind;
        let on = match self {
            Self::Buildings => is("building"),
            Self::Building(id) => {
                (is("building") && *event.aggregate_id == **id)
                    || (is("alert") && event.building.as_deref() == Some(*id))
            }
            Self::Alerts => is("alert"),
            Self::CriticalAlerts => is("alert") && event.critical,
            Self::Subject(pattern) => {
                let (_, name) = event.event_type.split_once('.').unwrap_or_default();
                pattern.matches(&event.aggregate_type, &event.aggregate_id, name)
            }
        };
        on && visible_to(&event.event_type, role)
    }
}
