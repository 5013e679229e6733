//! The one table of all aggregates, for those who treat them alike: whoever heals a log, interns
//! names or checks samples and schemas.

use crate::alerts::Alert;
use crate::buildings::Building;
use crate::integrations::Integration;
use crate::invitations::Invitation;
use crate::keys::ApiKey;
use crate::memberships::Membership;
use crate::notifications::Notification;
use crate::organizations::Organization;
use crate::people::Person;
use crate::readings::Readings;
use crate::rules::AlertRule;
use crate::security::{SecurityRecord, Threat};
use crate::sensors::Sensor;
use crate::sessions::Session;
use crate::tariffs::Tariff;
use crate::{ClaimChange, Decider, DecodeError, Event, LogKind};

/// Every aggregate there is, sorted by name.
pub static AGGREGATES: &[Aggregate] = &[
    Aggregate::of::<Alert>(),
    Aggregate::of::<AlertRule>(),
    Aggregate::of::<ApiKey>(),
    Aggregate::of::<Building>(),
    Aggregate::of::<Integration>(),
    Aggregate::of::<Invitation>(),
    Aggregate::of::<Membership>(),
    Aggregate::of::<Notification>(),
    Aggregate::of::<Organization>(),
    Aggregate::of::<Person>(),
    Aggregate::of::<Readings>(),
    Aggregate::of::<SecurityRecord>(),
    Aggregate::of::<Sensor>(),
    Aggregate::of::<Session>(),
    Aggregate::of::<Tariff>(),
    Aggregate::of::<Threat>(),
];

/// A type of aggregate, without its type.
pub struct Aggregate {
    /// `building`
    pub name: &'static str,
    pub log: LogKind,
    /// Type and current version of its events.
    pub events: &'static [(&'static str, &'static str)],
    /// One to which nothing has happened yet.
    pub fresh: fn() -> Box<dyn Fold>,
    /// Reads a stored event; answers version and payload as this build would write them.
    pub rewrite: Rewrite,
    #[cfg(feature = "openapi")]
    pub schemas: fn() -> Vec<crate::EventSchema>,
}

/// From an event's type, version and payload to its version and payload of today.
pub type Rewrite = fn(&str, &str, &str) -> Result<(&'static str, String), DecodeError>;

/// An aggregate's state, without its type.
pub trait Fold: Send {
    /// Folds one stored event; answers the claims that follow from it.
    ///
    /// # Errors
    /// When this build can't read the event. The state stays as it was.
    fn take(
        &mut self,
        event_type: &str,
        event_version: &str,
        payload: &str,
    ) -> Result<Vec<ClaimChange>, DecodeError>;
}

impl Aggregate {
    const fn of<A: Decider>() -> Self {
        Self {
            name: A::TYPE,
            log: A::LOG,
            events: A::Event::KNOWN,
            fresh: || Box::new(A::default()),
            rewrite: rewrite::<A::Event>,
            #[cfg(feature = "openapi")]
            schemas: A::Event::schemas,
        }
    }

    /// The aggregate of this name; `None` where this build knows none.
    pub fn named(name: &str) -> Option<&'static Self> {
        AGGREGATES.iter().find(|aggregate| aggregate.name == name)
    }
}

impl<A: Decider> Fold for A {
    fn take(
        &mut self,
        event_type: &str,
        event_version: &str,
        payload: &str,
    ) -> Result<Vec<ClaimChange>, DecodeError> {
        let event = A::Event::decode(event_type, event_version, payload)?;
        let claims = self.claims(&event);
        self.evolve(&event);
        Ok(claims)
    }
}

fn rewrite<E: Event>(
    event_type: &str,
    event_version: &str,
    payload: &str,
) -> Result<(&'static str, String), DecodeError> {
    let event = E::decode(event_type, event_version, payload)?;
    let written = event.payload().map_err(|source| DecodeError::Payload {
        event_type: event_type.to_owned(),
        source,
    })?;
    Ok((event.event_version(), written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_events_are_named_after_their_aggregate() {
        assert!(AGGREGATES.is_sorted_by(|one, next| one.name < next.name));
        for aggregate in AGGREGATES {
            for (event, _) in aggregate.events {
                assert_eq!(event.split_once('.').unwrap().0, aggregate.name);
            }
        }
    }

    #[test]
    fn an_aggregate_is_found_by_name_and_folds_without_its_type() {
        assert!(Aggregate::named("weather").is_none());
        let alert = Aggregate::named("alert").unwrap();
        assert_eq!(alert.log, LogKind::Domain);
        let mut state = (alert.fresh)();
        let raised = r#"{"severity":"high","buildingId":null,"nodeId":null,"alertType":"hot",
            "source":{"kind":"sensor","id":"t-1"},"title":"Hot","message":null,
            "occurredAt":"2026-05-01T10:00:00Z"}"#;
        let claims = state.take("alert.raised", "1.0", raised).unwrap();
        let key = "sensor/t-1/hot".to_owned();
        assert_eq!(claims, [ClaimChange::take("open-alert", key)]);
        assert!(state.take("alert.unheard-of", "1.0", "{}").is_err());
    }
}
