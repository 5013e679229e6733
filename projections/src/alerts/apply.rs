//! How events become rows.

use flowgrid_bus::RecordedEvent;
use flowgrid_domain::alerts::{
    Alert, AlertEvent, AlertStatus, CommentResource, Place, Raised, RaisedAgain,
};
use flowgrid_domain::{Decider, Event};
use sqlx::PgConnection;

use super::patch::{Mark, Origin};
use super::{AlertPatch, Alerts, ExpectedAlert, write};
use crate::ModelName;
use crate::read_model::RowModel;
use crate::staged::{Staged, Writes, nullable};

impl RowModel for Alerts {
    const NAME: ModelName = ModelName::Alerts;
    const AGGREGATE: &'static str = Alert::TYPE;
    const TABLE: &'static str = "alerts";
    const TABLE_SQL: &'static str = include_str!("tables.sql");
    const INDEXES_SQL: &'static str = include_str!("indexes.sql");
    type Patch = AlertPatch;
    type Expected = ExpectedAlert;

    fn stage(batch: &mut Staged<AlertPatch>, event: &RecordedEvent) -> Result<(), String> {
        let decoded =
            AlertEvent::decode(&event.event_type, &event.event_version, event.payload_str())
                .map_err(|error| error.to_string())?;
        let mut patch = AlertPatch {
            updated_at: event.recorded_at,
            revision: event.sequence.cast_signed(),
            position: event.position.cast_signed(),
            ..AlertPatch::default()
        };
        match decoded {
            AlertEvent::Raised(raised) => {
                patch.raised(raised, event);
                return batch.insert(event, patch);
            }
            AlertEvent::Withdrawn(_) => return batch.delete(event),
            AlertEvent::RaisedAgain(again) => patch.raised_again(again),
            AlertEvent::Changed(changed) => {
                patch.place(changed.place);
                patch.title = changed.title;
                patch.message = nullable(changed.message);
            }
            AlertEvent::Acknowledged(seen) => {
                patch.status = Some(AlertStatus::Acknowledged);
                patch.acknowledgement = Some(Mark {
                    by: seen.by,
                    at: seen.at,
                    note: seen.note,
                });
            }
            AlertEvent::Assigned(assigned) => patch.assignee = Some(assigned.assignee),
            AlertEvent::Commented(comment) => patch.comments.push(CommentResource {
                id: comment.comment_id,
                by: comment.by,
                text: comment.text,
                at: comment.at,
            }),
            AlertEvent::Snoozed(snoozed) => patch.snoozed_until = Some(snoozed.until),
            AlertEvent::Resolved(over) => {
                patch.status = Some(AlertStatus::Resolved);
                patch.resolution = Some(Mark {
                    by: over.by,
                    at: over.at,
                    note: over.note,
                });
            }
        }
        batch.update(event, patch)
    }

    async fn write(
        writes: &Writes<AlertPatch>,
        connection: &mut PgConnection,
    ) -> Result<u64, sqlx::Error> {
        Ok(write::insert(&writes.inserts, connection).await?
            + write::update(&writes.updates, connection).await?
            + write::delete(&writes.deletes, connection).await?)
    }
}

impl AlertPatch {
    fn raised(&mut self, raised: Raised, event: &RecordedEvent) {
        let Raised {
            place,
            alert_type,
            source,
            title,
            message,
            occurred_at,
        } = raised;
        self.place(place);
        self.origin = Some(Origin {
            alert_type,
            source_kind: source.kind,
            source_id: source.id,
            first_occurred_at: occurred_at,
            created_at: event.recorded_at,
        });
        self.status = Some(AlertStatus::Open);
        self.title = Some(title);
        self.message = Some(message);
        self.raised = Some(1);
        self.last_occurred_at = Some(occurred_at);
    }

    fn raised_again(&mut self, again: RaisedAgain) {
        self.place(again.place);
        self.title = again.title;
        self.message = nullable(again.message);
        self.raised = Some(again.count.cast_signed());
        self.last_occurred_at = Some(again.occurred_at);
    }

    fn place(&mut self, place: Place) {
        self.severity = Some(place.severity);
        self.building_id = Some(place.building_id);
        self.node_id = Some(place.node_id);
    }
}
