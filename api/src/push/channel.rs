//! Channels: their names, who may subscribe, and which events they carry.

use std::fmt;
use std::str::FromStr;

use flowgrid_bus::{Pattern, Role, event_types, visible_to};

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
}

impl FromStr for Channel {
    type Err = Refusal;

    fn from_str(name: &str) -> Result<Self, Refusal> {
        match name.split_once(':') {
            None if name == "buildings" => Ok(Self::Buildings),
            None if name == "alerts" => Ok(Self::Alerts),
            Some(("alerts", "critical")) => Ok(Self::CriticalAlerts),
            Some(("building", id)) if is_slug(id) => Ok(Self::Building(id.into())),
            Some(("subject", pattern)) => Ok(Self::Subject(pattern.parse()?)),
            _ => Err(Refusal::Unknown),
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buildings => f.write_str("buildings"),
            Self::Building(id) => write!(f, "building:{id}"),
            Self::Alerts => f.write_str("alerts"),
            Self::CriticalAlerts => f.write_str("alerts:critical"),
            Self::Subject(pattern) => write!(f, "subject:{}", pattern.as_str()),
        }
    }
}

impl Channel {
    /// Whether `role` may see at least one of the event types that this channel can carry.
    ///
    /// # Errors
    /// [`Refusal::Forbidden`], or [`Refusal::MatchesNothing`] for a pattern no known event has.
    pub fn admit(&self, role: Role) -> Result<(), Refusal> {
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
            Self::Subject(pattern) => {
                // The id is whatever the pattern asks for: only type and event are known here.
                let id = pattern.as_str().split('.').nth(1).unwrap_or("*");
                pattern.matches(aggregate_type, id, event_name)
            }
        }
    }
}

/// `[a-z0-9][a-z0-9-]{0,62}`
fn is_slug(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_as_they_are_written() {
        for name in [
            "buildings",
            "building:rathaus-1",
            "alerts",
            "alerts:critical",
            "subject:building.*.registered",
        ] {
            assert_eq!(name.parse::<Channel>().unwrap().to_string(), name);
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
            "grid_metrics",
        ] {
            assert_eq!(name.parse::<Channel>(), Err(Refusal::Unknown), "{name}");
        }
        assert!(matches!(
            "subject:a..b".parse::<Channel>(),
            Err(Refusal::BadPattern(_))
        ));
    }

    #[test]
    fn a_pattern_is_forbidden_only_where_all_it_matches_is_hidden() {
        let admit = |name: &str, role| name.parse::<Channel>().unwrap().admit(role);
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
}
