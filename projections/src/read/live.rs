//! The live generations, as far as this process knows them. What it knows may be old: who begins to read
//! finds out (`migrations/0019_live_generations.sql`).

use std::collections::BTreeMap;

use parking_lot::RwLock;
use sqlx::PgConnection;

use crate::{ModelName, ReadError};

/// The schemas of live generations, by model.
#[derive(Default)]
pub(crate) struct Live(RwLock<BTreeMap<ModelName, String>>);

impl Live {
    /// The schemas of these models, in the order of a search path; `None` where one isn't known.
    pub(crate) fn of(&self, models: &[ModelName]) -> Option<Vec<String>> {
        if models.is_empty() {
            return None;
        }
        let known = self.0.read();
        models
            .iter()
            .map(|model| known.get(model).cloned())
            .collect()
    }

    /// Asks Postgres. What has no mark to lock is looked up each time.
    pub(crate) async fn learn(
        &self,
        models: &[ModelName],
        connection: &mut PgConnection,
    ) -> Result<(), ReadError> {
        for model in models {
            let schema: Option<String> = sqlx::query_scalar(
                "select schema_name from public.projection_live where name = $1 and version = $2 \
                 and has_table_privilege(to_regclass('live.' || quote_ident(schema_name)), 'select')",
            )
            .bind(model.as_str())
            .bind(model.version())
            .fetch_optional(&mut *connection)
            .await?;
            if let Some(schema) = schema {
                self.0.write().insert(*model, schema);
            }
        }
        Ok(())
    }

    pub(crate) fn forget(&self, models: &[ModelName]) {
        let mut known = self.0.write();
        for model in models {
            known.remove(model);
        }
    }
}
