//! How events become rows.

use flowgrid_bus::RecordedEvent;
use flowgrid_domain::buildings::{BuildingEvent, BuildingStatus, Changed, Registered, Retired};
use flowgrid_domain::{Decider, Event};
use sqlx::PgConnection;

use super::{BuildingPatch, Buildings, ExpectedBuilding, write};
use crate::ModelName;
use crate::read_model::RowModel;
use crate::staged::{Staged, Writes, nullable};

impl RowModel for Buildings {
    const NAME: ModelName = ModelName::Buildings;
    const AGGREGATE: &'static str = flowgrid_domain::buildings::Building::TYPE;
    const TABLE: &'static str = "buildings";
    const TABLE_SQL: &'static str = include_str!("tables.sql");
    const INDEXES_SQL: &'static str = "";
    type Patch = BuildingPatch;
    type Expected = ExpectedBuilding;

    fn stage(batch: &mut Staged<BuildingPatch>, event: &RecordedEvent) -> Result<(), String> {
        let decoded =
            BuildingEvent::decode(&event.event_type, &event.event_version, event.payload_str())
                .map_err(|error| error.to_string())?;
        let mut patch = BuildingPatch {
            updated_at: event.recorded_at,
            revision: event.sequence.cast_signed(),
            position: event.position.cast_signed(),
            ..BuildingPatch::default()
        };
        match decoded {
            BuildingEvent::Registered(registered) => {
                patch.registered(registered);
                patch.created_at = Some(event.recorded_at);
                batch.insert(event, patch)
            }
            BuildingEvent::Changed(changed) => {
                patch.changed(changed);
                batch.update(event, patch)
            }
            BuildingEvent::Retired(Retired {}) => {
                patch.status = Some(BuildingStatus::Retired);
                batch.update(event, patch)
            }
        }
    }

    async fn write(
        writes: &Writes<BuildingPatch>,
        connection: &mut PgConnection,
    ) -> Result<u64, sqlx::Error> {
        Ok(write::insert(&writes.inserts, connection).await?
            + write::update(&writes.updates, connection).await?)
    }
}

impl BuildingPatch {
    fn registered(&mut self, event: Registered) {
        let Registered {
            name,
            kind,
            address,
            lat,
            lon,
            area,
            timezone,
        } = event;
        self.name = Some(name);
        self.kind = Some(kind);
        self.address = Some(address);
        self.lat = Some(lat);
        self.lon = Some(lon);
        self.area = Some(area);
        self.timezone = Some(timezone);
        self.status = Some(BuildingStatus::Active);
    }

    fn changed(&mut self, event: Changed) {
        let Changed {
            name,
            kind,
            address,
            lat,
            lon,
            area,
            timezone,
        } = event;
        self.name = name;
        self.kind = kind;
        self.address = nullable(address);
        self.lat = nullable(lat);
        self.lon = nullable(lon);
        self.area = nullable(area);
        self.timezone = nullable(timezone);
    }
}
