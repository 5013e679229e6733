//! The names of the read models.

use std::fmt;
use std::str::FromStr;

use flowgrid_domain::LogKind;

/// A read model of this build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelName {
    Buildings,
    Alerts,
    AlertRules,
    Members,
    Integrations,
    Invitations,
    Keys,
    Notifications,
    Sensors,
    SecurityEvents,
    Threats,
    Tariffs,
    Readings,
}

/// The text names no read model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown projection {0:?}; one of {list}", list = ModelName::ALL.map(ModelName::as_str).join(", "))]
pub struct UnknownModel(String);

impl ModelName {
    pub const ALL: [Self; 13] = [
        Self::Buildings,
        Self::Alerts,
        Self::AlertRules,
        Self::Members,
        Self::Integrations,
        Self::Invitations,
        Self::Keys,
        Self::Notifications,
        Self::Sensors,
        Self::SecurityEvents,
        Self::Threats,
        Self::Tariffs,
        Self::Readings,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Buildings => "buildings",
            Self::Alerts => "alerts",
            Self::AlertRules => "alert_rules",
            Self::Members => "members",
            Self::Integrations => "integrations",
            Self::Invitations => "invitations",
            Self::Keys => "keys",
            Self::Notifications => "notifications",
            Self::Sensors => "sensors",
            Self::SecurityEvents => "security_events",
            Self::Threats => "threats",
            Self::Tariffs => "tariffs",
            Self::Readings => "readings",
        }
    }

    /// The version of its tables and of how events become rows. Whoever changes either raises it:
    /// the new build then fills a generation of its own before it answers.
    pub fn version(self) -> i32 {
        match self {
            Self::Buildings
            | Self::Alerts
            | Self::AlertRules
            | Self::Members
            | Self::Integrations
            | Self::Invitations
            | Self::Keys
            | Self::Notifications
            | Self::Sensors
            | Self::SecurityEvents
            | Self::Threats
            | Self::Tariffs => 1,
            Self::Readings => 2,
        }
    }

    /// Its tables, the first of them named as it is. Their primary keys begin with the organization.
    pub(crate) fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Buildings => &["buildings"],
            Self::Alerts => &["alerts"],
            Self::AlertRules => &["alert_rules"],
            Self::Members => &["members"],
            Self::Integrations => &["integrations"],
            Self::Invitations => &["invitations"],
            Self::Keys => &["keys"],
            Self::Notifications => &["notifications"],
            Self::Sensors => &["sensors"],
            Self::SecurityEvents => &["security_events"],
            Self::Threats => &["threats"],
            Self::Tariffs => &["tariffs"],
            Self::Readings => &["readings", "reading_sensors", "reading_zones"],
        }
    }

    /// The kinds of logs on which its aggregates live; it follows no others.
    pub fn log_kinds(self) -> &'static [LogKind] {
        match self {
            Self::Readings => &[LogKind::Domain, LogKind::Telemetry],
            Self::Buildings | Self::Alerts | Self::AlertRules | Self::Sensors | Self::Tariffs => {
                &[LogKind::Domain]
            }
            Self::Members
            | Self::Integrations
            | Self::Invitations
            | Self::Keys
            | Self::Notifications
            | Self::SecurityEvents
            | Self::Threats => &[LogKind::Identity],
        }
    }

    /// The schema of a generation: `rm_buildings_v1_3`.
    pub(crate) fn schema(self, generation: i32) -> String {
        format!("rm_{self}_v{}_{generation}", self.version())
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ModelName {
    type Err = UnknownModel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|name| name.as_str() == text);
        known.ok_or_else(|| UnknownModel(text.chars().take(80).collect()))
    }
}
