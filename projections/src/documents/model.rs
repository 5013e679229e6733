//! What makes a model of documents.

use flowgrid_domain::Decider;
use serde_json::{Map, Value};

use crate::ModelName;

/// A read model that shows each aggregate of a type as one document.
pub(crate) trait DocumentModel: Send + Sync + 'static {
    const NAME: ModelName;
    /// Its one table, named as the model is; see [`document_table`].
    const TABLE: &'static str;
    const TABLE_SQL: &'static str;
    const INDEXES_SQL: &'static str;
    type Aggregate: Decider;

    /// What an event does to its document. Folded by itself alone: what it doesn't say, stays.
    fn effect(event: &<Self::Aggregate as Decider>::Event) -> Effect;

    /// The document of an aggregate and its owner, from the domain's own fold: what verification
    /// holds against the rows. `None` where there is no row.
    fn document(state: &Self::Aggregate) -> Option<(Option<String>, Map<String, Value>)>;
}

/// What an event does to its row.
#[derive(Debug, PartialEq)]
pub(crate) enum Effect {
    /// Begins it. The owner, whose it is within the organization, never changes.
    Begin {
        owner: Option<String>,
        fields: Map<String, Value>,
    },
    /// Begins it, or begins it anew where there was one: every field is set, the owner stays.
    Put {
        owner: Option<String>,
        fields: Map<String, Value>,
    },
    /// Sets these fields; all others stay. None at all where only the revision tells of it.
    Set(Map<String, Value>),
}

/// The table of a model of documents. No column that changes is indexed, so an update touches no
/// index.
macro_rules! document_table {
    ($table:literal) => {
        concat!(
            "create table if not exists ",
            $table,
            " (tenant_id uuid not null, id text not null, owner text, body jsonb not null, \
               revision bigint not null, created_at timestamptz not null, updated_at timestamptz not null, \
               position bigint not null, constraint ",
            $table,
            "_pkey primary key (tenant_id, id)) with (fillfactor = 85)"
        )
    };
}

/// The index of lists that are one owner's.
macro_rules! owner_index {
    ($table:literal) => {
        concat!(
            "create index if not exists ",
            $table,
            "_of_owner on ",
            $table,
            " (tenant_id, owner, created_at, id)"
        )
    };
}

/// The index of lists by time, where there may be many.
macro_rules! time_index {
    ($table:literal) => {
        concat!(
            "create index if not exists ",
            $table,
            "_by_time on ",
            $table,
            " (tenant_id, created_at, id)"
        )
    };
}

pub(crate) use {document_table, owner_index, time_index};

/// The fields of a JSON object written in place.
pub(crate) fn fields(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
