//! The aggregates as cqrs-es knows them: for its test framework, and so that postgres-es can read
//! our log and be measured beside it.
//!
//! Never use cqrs-es's snapshot or aggregate stores: in 0.5 `EventSink::write` applies an event
//! and those stores apply it once more.

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};
use serde_json::{Map, Value};

use crate::alerts::{Alert, AlertEvent};
use crate::buildings::{Building, BuildingEvent};
use crate::integrations::{Integration, IntegrationEvent};
use crate::invitations::{Invitation, InvitationEvent};
use crate::keys::{ApiKey, ApiKeyEvent};
use crate::memberships::{Membership, MembershipEvent};
use crate::organizations::{Organization, OrganizationEvent};
use crate::people::{Person, PersonEvent};
use crate::sensors::{Sensor, SensorEvent};
use crate::sessions::{Session, SessionEvent};
use crate::{Decider, Event, Rejection};

macro_rules! as_cqrs {
    ($aggregate:ty, $event:ty) => {
        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                Event::event_type(self).to_owned()
            }

            fn event_version(&self) -> String {
                Event::event_version(self).to_owned()
            }
        }

        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = <Self as Decider>::TYPE;
            type Command = <Self as Decider>::Command;
            type Event = $event;
            type Error = Rejection;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &(),
                sink: &EventSink<Self>,
            ) -> Result<(), Rejection> {
                for event in self.decide(&command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: $event) {
                self.evolve(&event);
            }
        }
    };
}

as_cqrs!(Building, BuildingEvent);
as_cqrs!(Alert, AlertEvent);
as_cqrs!(Person, PersonEvent);
as_cqrs!(Session, SessionEvent);
as_cqrs!(Organization, OrganizationEvent);
as_cqrs!(Membership, MembershipEvent);
as_cqrs!(Invitation, InvitationEvent);
as_cqrs!(ApiKey, ApiKeyEvent);
as_cqrs!(Integration, IntegrationEvent);
as_cqrs!(Sensor, SensorEvent);

/// Lets cqrs-es read payloads of our log: serde's enum wants the event's type as a tag around them.
#[derive(Clone, Copy, Debug, Default)]
pub struct TagPayload;

impl EventUpcaster for TagPayload {
    fn can_upcast(&self, _event_type: &str, _event_version: &str) -> bool {
        true
    }

    fn upcast(&self, mut event: SerializedEvent) -> SerializedEvent {
        let tagged = event.payload.as_object().is_some_and(|fields| {
            fields.len() == 1 && fields.contains_key(event.event_type.as_str())
        });
        if !tagged {
            let wrapped = Map::from_iter([(event.event_type.clone(), event.payload)]);
            event.payload = Value::Object(wrapped);
        }
        event
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::buildings::Retired;

    fn stored(payload: Value) -> SerializedEvent {
        let text = str::to_owned;
        let (name, version) = (text("building.retired"), text("1.0"));
        let id = text("acme/rathaus");
        SerializedEvent::new(id, 2, text("building"), name, version, payload, json!({}))
    }

    #[test]
    fn payloads_of_the_log_get_their_tag_once() {
        let retired = BuildingEvent::Retired(Retired {});
        for payload in [json!({}), json!({"building.retired": {}})] {
            let read = TagPayload.upcast(stored(payload)).payload;
            assert_eq!(serde_json::to_value(&retired).unwrap(), read);
            assert_eq!(
                serde_json::from_value::<BuildingEvent>(read).unwrap(),
                retired
            );
        }
    }
}
