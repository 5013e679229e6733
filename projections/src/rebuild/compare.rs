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
type Parts = BTreeMap<i64, Part>;

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
        let differing: Vec<i64> = (0..i64::from(PARTS))
            .filter(|part| theirs.get(part) != ours.get(part))
            .collect();
        if differing.is_empty() {
            return Ok(None);
        }
        let some = differing
            .get(..MOST_PARTS.min(differing.len()))
            .unwrap_or_default();
        let theirs = rows::<M>(live, some, &mut snapshot).await?;
        let ours = rows::<M>(&self.generation, some, &mut self.control).await?;
        let names: Vec<String> = theirs
            .symmetric_difference(&ours)
            .map(|(tenant, id, _)| format!("{tenant}/{id}"))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .take(MOST_NAMED)
            .collect();
        Ok(Some(format!(
            "{} of {PARTS} parts differ from generation {}, e.g. rows {}",
            differing.len(),
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
    let sql = format!(
        "select {} as part, count(*), bit_xor(hash_record_extended(r, 1)), bit_xor(hash_record_extended(r, 2)) \
         from {}.{} r group by 1",
        part_of_row(),
        generation.schema,
        M::TABLE
    );
    let rows = sqlx::query(&sql).fetch_all(connection).await?;
    let mut parts = Parts::new();
    for row in rows {
        parts.insert(
            row.try_get(0)?,
            (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?),
        );
    }
    Ok(parts)
}

/// The rows of some parts, with a hash of each.
async fn rows<M: ReadModel>(
    generation: &Generation,
    parts: &[i64],
    connection: &mut PgConnection,
) -> Result<BTreeSet<(Uuid, String, i64)>, Broken> {
    let sql = format!(
        "select r.tenant_id, r.id, hash_record_extended(r, 1) from {}.{} r where {} = any($1)",
        generation.schema,
        M::TABLE,
        part_of_row()
    );
    Ok(sqlx::query_as(&sql)
        .bind(parts)
        .fetch_all(connection)
        .await?
        .into_iter()
        .collect())
}
