//! Where somebody usually signs in from.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use flowgrid_bus::{Position, RecordedEvent, Tenant};
use flowgrid_log::Tail;
use flowgrid_projections::documents::{self, DocumentFilter};
use flowgrid_projections::{ModelName, ReadError, ReadModels};

/// How long a read model may take to hold what came before a login.
const PATIENCE: Duration = Duration::from_secs(10);
/// What was longer ago is no habit any more.
const HABIT: TimeDelta = TimeDelta::days(90);

/// Knows earlier logins by the read model of security events.
pub struct Usual {
    pub read: ReadModels,
    pub tail: Arc<Tail>,
}

impl Usual {
    /// How many earlier logins there were, none of them from this network; `None` where it is a usual
    /// one, or the first login of all.
    ///
    /// # Errors
    /// When the read model can't be reached, or doesn't get there in time.
    pub async fn never_from(
        &self,
        event: &RecordedEvent,
        person: &str,
        network: &str,
    ) -> Result<Option<u64>, ReadError> {
        let before = self.logins_before(event, person, None).await?;
        let new = before > 0 && self.logins_before(event, person, Some(network)).await? == 0;
        Ok(new.then_some(before))
    }

    async fn logins_before(
        &self,
        event: &RecordedEvent,
        person: &str,
        network: Option<&str>,
    ) -> Result<u64, ReadError> {
        let model = ModelName::SecurityEvents;
        let position = Position {
            log: event.log,
            epoch: self.tail.info().epoch,
            n: event.position,
        };
        let mut equal = vec![("eventType", "login".to_owned())];
        equal.extend(network.map(|network| ("network", network.to_owned())));
        let filter = DocumentFilter {
            owner: Some(person.to_owned()),
            equal,
            created_from: Some(event.recorded_at - HABIT),
            created_before: Some(event.recorded_at),
            limit: 1,
            ..DocumentFilter::default()
        };
        let slug = event.tenant_slug();
        let tenant = Tenant::from_slug(slug).map_err(|_| ReadError::Corrupt(slug.to_owned()))?;
        let read = &self.read;
        let mut tx = read
            .begin_after(&tenant, &[model], position, PATIENCE)
            .await?;
        Ok(documents::list(&mut tx, model, &filter).await?.total)
    }
}
