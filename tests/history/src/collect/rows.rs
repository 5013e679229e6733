//! The rows of one generation of a read model.

use futures_util::TryStreamExt;
use serde_json::Value;
use sqlx::{Connection, PgConnection, PgPool, Row};

use crate::Rows;
use crate::hash;

/// A generation, and the schema that holds its tables.
pub(super) struct Generation {
    pub number: i32,
    pub schema: String,
    pub state: String,
}

/// A generation by its number; the live one without.
pub(super) async fn generation(
    pool: &PgPool,
    model: flowgrid_projections::ModelName,
    number: Option<i32>,
) -> Result<Option<Generation>, sqlx::Error> {
    let row = sqlx::query(
        "select g.generation, g.schema_name, g.state from projection_generations g \
         left join projection_live l using (name, version) \
         where name = $1 and version = $2 and g.generation = coalesce($3, l.generation)",
    )
    .bind(model.as_str())
    .bind(model.version())
    .bind(number)
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        Ok(Generation {
            number: row.try_get(0)?,
            schema: row.try_get(1)?,
            state: row.try_get(2)?,
        })
    })
    .transpose()
}

/// All its rows, and where they stand.
pub(super) async fn read(
    pool: &PgPool,
    model: flowgrid_projections::ModelName,
    generation: &Generation,
) -> Result<Rows, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    // Times are written as texts by the server.
    sqlx::query("set timezone = 'UTC'")
        .execute(&mut *connection)
        .await?;
    let mut snapshot = connection
        .begin_with("begin isolation level repeatable read read only")
        .await?;
    let mut rows = Rows::default();
    positions(&mut snapshot, model, generation, &mut rows).await?;
    // A generation's one table bears the model's name.
    let sql = format!(
        "select tenant_id, id, to_jsonb(r) - 'tenant_id' - 'id' from {}.{model} r",
        generation.schema
    );
    let mut found = sqlx::query(&sql).fetch(&mut *snapshot);
    while let Some(row) = found.try_next().await? {
        let name = (row.try_get(0)?, row.try_get::<&str, _>(1)?.into());
        let columns = match row.try_get(2)? {
            Value::Object(columns) => columns,
            _ => serde_json::Map::new(),
        };
        rows.rows.insert(name, hash::of_row(&columns));
    }
    drop(found);
    snapshot.rollback().await?;
    Ok(rows)
}

async fn positions(
    connection: &mut PgConnection,
    model: flowgrid_projections::ModelName,
    generation: &Generation,
    rows: &mut Rows,
) -> Result<(), sqlx::Error> {
    let found = sqlx::query(
        "select log_id, position from projection_checkpoints where name = $1 and version = $2 and generation = $3",
    )
    .bind(model.as_str())
    .bind(model.version())
    .bind(generation.number)
    .fetch_all(connection)
    .await?;
    for row in found {
        let position = row.try_get::<i64, _>(1)?.cast_unsigned();
        rows.positions
            .insert(flowgrid_bus::LogId(row.try_get(0)?), position);
    }
    Ok(())
}
