//! Comparing a new generation with the live one at equal positions, without holding up either.
//!
//! A snapshot fixes the live rows and their checkpoints; the new generation is brought to exactly
//! those; then both are hashed. The snapshot lasts as long as that takes.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{Connection, PgConnection, Row};
use uuid::Uuid;

use super::Broken;
use super::run::Rebuild;
use crate::generation::{Generation, checkpoints};
use crate::read_model::ReadModel;

/// Rows are hashed in this many parts, so that a difference is found without reading all again.
const PARTS: u32 = 1_024;
/// The most parts searched and rows named when there is a difference.
const MOST_PARTS: usize = 8;
const MOST_NAMED: usize = 10;

/// Number of rows of a part, and the exclusive or of two hashes of each.
type Part = (i64, i64, i64);
/// By table and number.
type Parts = BTreeMap<(&'static str, i64), Part>;

impl<M: ReadModel> Rebuild<M> {
    /// What differs, as a text; `None` when the rows are the same.
    pub(super) async fn compare(&mut self, live: &Generation) -> Result<Option<String>, Broken> {
        let mut reader = self.context.client.reader().await?;
        let mut snapshot = reader
            .begin_with("begin isolation level repeatable read read only")
            .await?;
        let positions = checkpoints(live, &mut *snapshot).await?;
        let ours = async {
            for checkpoint in positions {
                self.fill(checkpoint.log, checkpoint.position).await?;
            }
            parts::<M>(&self.generation, &mut self.control).await
        };
        let (theirs, ours) = tokio::join!(parts::<M>(live, &mut snapshot), ours);
        let (theirs, ours) = (theirs?, ours?);
        let all: BTreeSet<_> = theirs.keys().chain(ours.keys()).copied().collect();
        let differing: Vec<_> = all
            .into_iter()
            .filter(|part| theirs.get(part) != ours.get(part))
            .collect();
        if differing.is_empty() {
            return Ok(None);
        }
        let some = differing
            .get(..MOST_PARTS.min(differing.len()))
            .unwrap_or_default();
        let theirs = rows(live, some, &mut snapshot).await?;
        let ours = rows(&self.generation, some, &mut self.control).await?;
        let names: Vec<String> = theirs
            .symmetric_difference(&ours)
            .map(|(tenant, id, _)| format!("{tenant}/{id}"))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .take(MOST_NAMED)
            .collect();
        Ok(Some(format!(
            "{} of {} parts differ from generation {}, e.g. rows {}",
            differing.len(),
            PARTS as usize * M::NAME.tables().len(),
            live.number,
            names.join(", ")
        )))
    }
}

fn part_of_row() -> String {
    format!("(hashtextextended(r.id, 0) & {})", PARTS - 1)
}

/// The hashes of all parts.
async fn parts<M: ReadModel>(
    generation: &Generation,
    connection: &mut PgConnection,
) -> Result<Parts, Broken> {
    let mut parts = Parts::new();
    for table in M::NAME.tables() {
        let sql = format!(
            "select {} as part, count(*), bit_xor(hash_record_extended(r, 1)), bit_xor(hash_record_extended(r, 2)) \
             from {}.{table} r group by 1",
            part_of_row(),
            generation.schema,
        );
        for row in sqlx::query(&sql).fetch_all(&mut *connection).await? {
            let part = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
            parts.insert((*table, row.try_get(0)?), part);
        }
    }
    Ok(parts)
}

/// The rows of some parts, with a hash of each.
async fn rows(
    generation: &Generation,
    parts: &[(&'static str, i64)],
    connection: &mut PgConnection,
) -> Result<BTreeSet<(Uuid, String, i64)>, Broken> {
    let mut found = BTreeSet::new();
    for (table, part) in parts {
        let sql = format!(
            "select r.tenant_id, r.id, hash_record_extended(r, 1) from {}.{table} r where {} = $1",
            generation.schema,
            part_of_row()
        );
        let rows = sqlx::query_as(&sql).bind(part).fetch_all(&mut *connection);
        found.extend(rows.await?);
    }
    Ok(found)
}
