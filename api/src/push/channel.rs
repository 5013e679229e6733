//! Channels: their names, who may subscribe, and which events they carry.

use std::fmt;

use flowgrid_bus::{Pattern, Role, event_types, visible_to};
use flowgrid_log::LogKind;
use uuid::Uuid;

use super::facets::Facets;

/// What a client can subscribe to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Every event of every building.
    Buildings,
    /// One building's events and its alerts.
    Building(Box<str>),
    /// Every event of every alert.
    Alerts,
    /// Events of alerts of severity critical, written before everything else that waits.
    CriticalAlerts,
    /// What each building uses: the latest of each, from whatever readings come.
    Energy,
    /// What one building uses.
    EnergyOf(Box<str>),
    /// What this person is told, and nobody else.
    Notifications(Box<str>),
    /// Whatever matches, cut down to the event types that the role may see.
    Subject(Pattern),
}

/// Why a channel is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no channel of this name")]
    Unknown,
    #[error("{0}")]
    BadPattern(#[from] flowgrid_bus::PatternError),
    #[error("no event matches this pattern")]
    MatchesNothing,
    #[error("your role may see none of this channel's events")]
    Forbidden,
    #[error("this token is no person's: nobody is told anything")]
    NoPerson,
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buildings => f.write_str("buildings"),
            Self::Building(id) => write!(f, "building:{id}"),
            Self::Alerts => f.write_str("alerts"),
            Self::CriticalAlerts => f.write_str("alerts:critical"),
            Self::Energy => f.write_str("energy"),
            Self::EnergyOf(id) => write!(f, "energy:{id}"),
            Self::Notifications(_) => f.write_str("notifications"),
            Self::Subject(pattern) => write!(f, "subject:{}", pattern.as_str()),
        }
    }
}

impl Channel {
    /// The channel of this name, for a token of this subject.
    ///
    /// # Errors
    /// [`Refusal::Unknown`], [`Refusal::BadPattern`]; [`Refusal::NoPerson`] where the channel is a
    /// person's own.
    pub fn named(name: &str, subject: &str) -> Result<Self, Refusal> {
        match name.split_once(':') {
            None if name == "buildings" => Ok(Self::Buildings),
            None if name == "alerts" => Ok(Self::Alerts),
            None if name == "energy" => Ok(Self::Energy),
            Some(("energy", id)) if is_slug(id) => Ok(Self::EnergyOf(id.into())),
            None if name == "notifications" => own(subject).map(Self::Notifications),
            Some(("alerts", "critical")) => Ok(Self::CriticalAlerts),
            Some(("building", id)) if is_slug(id) => Ok(Self::Building(id.into())),
            Some(("subject", pattern)) => Ok(Self::Subject(pattern.parse()?)),
            _ => Err(Refusal::Unknown),
        }
    }

    /// The kind of log on which its events are.
    pub fn log_kind(&self) -> LogKind {
        match self {
            Self::Notifications(_) => LogKind::Identity,
            Self::Energy | Self::EnergyOf(_) => LogKind::Telemetry,
            Self::Buildings
            | Self::Building(_)
            | Self::Alerts
            | Self::CriticalAlerts
            | Self::Subject(_) => LogKind::Domain,
        }
    }

    /// Whether it carries nothing but what is for the person who follows it.
    pub fn is_ones_own(&self) -> bool {
        matches!(self, Self::Notifications(_))
    }

    /// Whether it carries no events but what has come of them: only the latest counts, and whoever comes is told.
    pub fn shows_the_latest(&self) -> bool {
        matches!(self, Self::Energy | Self::EnergyOf(_))
    }

    /// Whether `role` may see at least one of the event types that this channel can carry.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], or [`Refusal::MatchesNothing`] for a pattern no known event has.
    pub fn admit(&self, role: Role) -> Result<(), Refusal> {
        if self.is_ones_own() {
            return Ok(());
        }
        let mut carried = event_types().filter(|name| self.can_carry(name)).peekable();
        if carried.peek().is_none() {
            return Err(Refusal::MatchesNothing);
        }
        if carried.any(|name| visible_to(name, role)) {
            Ok(())
        } else {
            Err(Refusal::Forbidden)
        }
    }

    /// Whether this channel is written before everything else that waits.
    pub fn is_urgent(&self) -> bool {
        *self == Self::CriticalAlerts
    }

    /// Whether the event belongs to this channel.
    pub fn carries(&self, event: &Facets<'_>) -> bool {
        match self {
            Self::Buildings => event.aggregate_type == "building",
            Self::Building(id) => event.building() == Some(&**id),
            Self::Alerts => event.is_alert(),
            Self::CriticalAlerts => event.is_critical(),
            Self::Energy | Self::EnergyOf(_) => false,
            Self::Notifications(person) => event.notified() == Some(&**person),
            Self::Subject(pattern) => {
                pattern.matches(event.aggregate_type, event.local_id, event.event_name)
            }
        }
    }

    fn can_carry(&self, event_type: &str) -> bool {
        let (aggregate_type, event_name) = event_type.split_once('.').unwrap_or((event_type, ""));
        match self {
            Self::Buildings => aggregate_type == "building",
            Self::Building(_) => matches!(aggregate_type, "building" | "alert"),
            Self::Alerts | Self::CriticalAlerts => aggregate_type == "alert",
            Self::Energy | Self::EnergyOf(_) => aggregate_type == "readings",
            Self::Notifications(_) => aggregate_type == "notification",
            Self::Subject(pattern) => {
                // The id is whatever the pattern asks for: only type and event are known here.
                let id = pattern.as_str().split('.').nth(1).unwrap_or("*");
                pattern.matches(aggregate_type, id, event_name)
            }
        }
    }
}

/// The person whom the token is for; a key's or a tool's is no person's.
fn own(subject: &str) -> Result<Box<str>, Refusal> {
    let person: Uuid = subject.parse().map_err(|_| Refusal::NoPerson)?;
    Ok(person.to_string().into())
}

/// `[a-z0-9][a-z0-9-]{0,62}`
fn is_slug(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: &str = "019a0b6e-7d1c-7c3e-9f58-0d6a4c1b2e3f";

    fn channel(name: &str) -> Result<Channel, Refusal> {
        Channel::named(name, ANNA)
    }

    #[test]
    fn names_read_as_they_are_written() {
        for name in [
            "buildings",
            "building:rathaus-1",
            "alerts",
            "alerts:critical",
            "energy",
            "energy:rathaus-1",
            "notifications",
            "subject:building.*.registered",
        ] {
            assert_eq!(channel(name).unwrap().to_string(), name);
        }
    }

    #[test]
    fn everything_else_is_unknown() {
        for name in [
            "",
            "building",
            "building:",
            "building:A",
            "building:a:b",
            "buildings:x",
            "alerts:low",
            "energy:",
            "energy:A",
            "grid_metrics",
            "notifications:anna",
        ] {
            assert_eq!(channel(name), Err(Refusal::Unknown), "{name}");
        }
        assert!(matches!(
            channel("subject:a..b"),
            Err(Refusal::BadPattern(_))
        ));
    }

    #[test]
    fn a_pattern_is_forbidden_only_where_all_it_matches_is_hidden() {
        let admit = |name: &str, role| channel(name).unwrap().admit(role);
        assert_eq!(
            admit("subject:alert.*.withdrawn", Role::Viewer),
            Err(Refusal::Forbidden)
        );
        assert_eq!(admit("subject:alert.x.withdrawn", Role::Manager), Ok(()));
        assert_eq!(admit("subject:alert.>", Role::Viewer), Ok(()));
        assert_eq!(admit("subject:*.rathaus.>", Role::Viewer), Ok(()));
        assert_eq!(
            admit("subject:weather.>", Role::Admin),
            Err(Refusal::MatchesNothing)
        );
        assert_eq!(admit("buildings", Role::Viewer), Ok(()));
    }

    #[test]
    fn what_a_person_is_told_is_seen_by_no_role_and_no_program() {
        let own = channel("notifications").unwrap();
        assert_eq!(own.admit(Role::Viewer), Ok(()));
        assert!(own.is_ones_own());
        let spying = channel("subject:notification.>").unwrap();
        assert_eq!(spying.admit(Role::Admin), Err(Refusal::Forbidden));
        let all = channel("subject:>").unwrap();
        assert!(!all.is_ones_own());
        let program = Channel::named("notifications", "key:7");
        assert_eq!(program, Err(Refusal::NoPerson));
    }
}
