//! What a batch of events sets in one document's row.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::staged::Patch;

#[derive(Debug, Default)]
pub(crate) struct DocumentPatch {
    /// Only a new row has it.
    pub owner: Option<String>,
    pub fields: Map<String, Value>,
    /// Only a new row has it.
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: DateTime<Utc>,
    pub revision: i64,
    pub position: i64,
}

impl Patch for DocumentPatch {
    fn merge(&mut self, newer: Self) {
        let Self {
            owner,
            fields,
            created_at,
            updated_at,
            revision,
            position,
        } = newer;
        self.owner = self.owner.take().or(owner);
        self.fields.extend(fields);
        self.created_at = self.created_at.or(created_at);
        self.updated_at = updated_at;
        self.revision = revision;
        self.position = position;
    }
}
