//! Every read model: as it stands, as it should be, rebuilt.

use flowgrid_log::LogStore;
use flowgrid_projections::{ModelName, ProjectionAdmin};

use super::database::Database;
use super::fold::Folds;
use super::{CollectError, rebuilds, rows};
use crate::{ModelEvidence, Rows};

/// How often each is rebuilt.
const REBUILDS: usize = 2;

pub(super) async fn collect(
    url: &str,
    database: &Database,
    store: &LogStore,
    folds: Folds,
) -> Result<Vec<ModelEvidence>, CollectError> {
    let admin = ProjectionAdmin::open(url, store.clone())
        .map_err(flowgrid_projections::AdminError::from)?;
    let Folds { buildings, alerts } = folds;
    let mut models = Vec::new();
    for (model, folded) in [
        (ModelName::Buildings, buildings),
        (ModelName::Alerts, alerts),
    ] {
        let live = match rows::generation(&database.project, model, None).await? {
            Some(generation) => rows::read(&database.project, model, &generation).await?,
            None => Rows::default(),
        };
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
