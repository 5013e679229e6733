//! How events become documents.

use std::marker::PhantomData;

use flowgrid_bus::RecordedEvent;
use flowgrid_domain::{Decider, Event};
use sqlx::PgConnection;

use super::model::{DocumentModel, Effect};
use super::patch::DocumentPatch;
use super::verify::ExpectedDocument;
use super::write;
use crate::ModelName;
use crate::read_model::RowModel;
use crate::staged::{Staged, Writes};

/// The read model of a [`DocumentModel`].
pub(crate) struct Documents<D>(PhantomData<D>);

impl<D: DocumentModel> RowModel for Documents<D> {
    const NAME: ModelName = D::NAME;
    const AGGREGATE: &'static str = D::Aggregate::TYPE;
    const TABLE: &'static str = D::TABLE;
    const TABLE_SQL: &'static str = D::TABLE_SQL;
    const INDEXES_SQL: &'static str = D::INDEXES_SQL;
    type Patch = DocumentPatch;
    type Expected = ExpectedDocument<D>;

    fn stage(batch: &mut Staged<DocumentPatch>, event: &RecordedEvent) -> Result<(), String> {
        let decoded = <D::Aggregate as Decider>::Event::decode(
            &event.event_type,
            &event.event_version,
            event.payload_str(),
        )
        .map_err(|error| error.to_string())?;
        let mut patch = DocumentPatch {
            updated_at: event.recorded_at,
            revision: event.sequence.cast_signed(),
            position: event.position.cast_signed(),
            ..DocumentPatch::default()
        };
        match D::effect(&decoded) {
            Effect::Begin { owner, fields } => {
                patch.owner = owner;
                patch.fields = fields;
                patch.created_at = Some(event.recorded_at);
                batch.insert(event, patch)
            }
            Effect::Put { owner, fields } => {
                patch.owner = owner;
                patch.fields = fields;
                patch.created_at = Some(event.recorded_at);
                batch.put(event, patch)
            }
            Effect::Set(fields) => {
                patch.fields = fields;
                batch.update(event, patch)
            }
        }
    }

    async fn write(
        writes: &Writes<DocumentPatch>,
        connection: &mut PgConnection,
    ) -> Result<u64, sqlx::Error> {
        Ok(write::insert(D::TABLE, &writes.inserts, connection).await?
            + write::put(D::TABLE, &writes.puts, connection).await?
            + write::update(D::TABLE, &writes.updates, connection).await?)
    }
}
