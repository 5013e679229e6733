//! Every read model: as it stands, as it should be, rebuilt.

use std::collections::BTreeMap;

use flowgrid_log::LogStore;
use flowgrid_projections::{ModelName, ProjectionAdmin};

use super::database::Database;
use super::fold::{Fold, Folds};
use super::{CollectError, rebuilds, rows};
use crate::{ModelEvidence, Rows};

/// How often each is rebuilt.
const REBUILDS: usize = 2;

/// The rows as they stand now, before anything is folded.
pub(super) async fn stand(database: &Database) -> Result<Folds, CollectError> {
    Ok(Folds {
        buildings: live(database, ModelName::Buildings).await?,
        alerts: live(database, ModelName::Alerts).await?,
    })
}

async fn live(database: &Database, model: ModelName) -> Result<Fold, CollectError> {
    let live = match rows::generation(&database.project, model, None).await? {
        Some(generation) => rows::read(&database.project, model, &generation).await?,
        None => Rows::default(),
    };
    Ok(Fold {
        live,
        folded: BTreeMap::new(),
    })
}

/// Rebuilds them all.
pub(super) async fn rebuild(
    url: &str,
    database: &Database,
    store: &LogStore,
    folds: Folds,
) -> Result<Vec<ModelEvidence>, CollectError> {
    let admin = ProjectionAdmin::open(url, store.clone())
        .map_err(flowgrid_projections::AdminError::from)?;
    let Folds { buildings, alerts } = folds;
    let mut models = Vec::new();
    for (model, Fold { live, folded }) in [
        (ModelName::Buildings, buildings),
        (ModelName::Alerts, alerts),
    ] {
        let mut rebuilt = Vec::with_capacity(REBUILDS);
        for _ in 0..REBUILDS {
            rebuilt.push(rebuilds::rebuild(&admin, &database.project, model).await?);
        }
        models.push(ModelEvidence {
            name: model.as_str().into(),
            live,
            folded,
            rebuilds: rebuilt,
        });
    }
    Ok(models)
}
