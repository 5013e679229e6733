//! Where sensors are: what readings need to find their way.

use std::collections::HashMap;

use crate::{ModelName, ReadError, TenantTx};

/// Where a sensor is, and whether it still measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SensorPlace {
    pub building: String,
    pub is_removed: bool,
}

/// Those of these sensors that are there, by id.
///
/// # Errors
/// [`ReadError::TooSlow`] after 5 s; [`ReadError::NotReady`] while no generation is live.
pub async fn places(
    tx: &mut TenantTx,
    ids: &[&str],
) -> Result<HashMap<String, SensorPlace>, ReadError> {
    let model = ModelName::Sensors;
    let sql = format!(
        "/* {} */ select d.id, coalesce(d.owner, ''), d.body -> 'removed' = 'true' from {model} d \
         where d.tenant_id = $1 and d.id = any($2)",
        model.version()
    );
    let tenant = tx.tenant();
    let rows: Vec<(String, String, Option<bool>)> = sqlx::query_as(&sql)
        .bind(tenant)
        .bind(ids)
        .fetch_all(&mut **tx)
        .await?;
    let place = |(id, building, removed): (String, String, Option<bool>)| {
        let is_removed = removed.unwrap_or_default();
        (
            id,
            SensorPlace {
                building,
                is_removed,
            },
        )
    };
    Ok(rows.into_iter().map(place).collect())
}
